"""The nodes of a home and what is between them and a coordinator, be it the fake radio or a fake stick."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from drrouter.sim.wire.zigbee.node import Message, Node


class Air(ABC):
    """Everything in reach of a coordinator.

    Attributes:
        nodes: those in reach, by network address.
        permitted_s: how long joining was permitted, each time, in seconds.
    """

    def __init__(self) -> None:
        """Begin without nodes."""
        self.nodes: dict[int, Node] = {}
        self.permitted_s: list[int] = []

    def join(self, node: Node) -> None:
        """The node comes into reach, for the first time or again, and says so."""
        self.nodes[node.nwk] = node
        self.hear(node.announcement())

    def leave(self, node: Node) -> None:
        """The node says that it leaves, and is gone."""
        del self.nodes[node.nwk]
        self.farewell(node)

    def vanish(self, node: Node) -> None:
        """Somebody pulls its plug; it says nothing."""
        del self.nodes[node.nwk]

    def report(self) -> None:
        """Let every node say what is due."""
        for node in tuple(self.nodes.values()):
            for message in node.due_reports():
                self.hear(message)

    async def live(
        self,
        now: Callable[[], datetime],
        sleep_until: Callable[[datetime], Awaitable[None]],
        every: timedelta = timedelta(seconds=5),
    ) -> None:
        """Let the nodes report by themselves, for ever."""
        while True:
            await sleep_until(now() + every)
            self.report()

    def reach(self, message: Message) -> tuple[Message, ...] | None:
        """The answers of the node that the coordinator speaks to; None where no such node is in reach."""
        node = self.nodes.get(message.nwk)
        return None if node is None else node.hear(message)

    @abstractmethod
    def hear(self, message: Message) -> None:
        """What a node says reaches the coordinator."""

    @abstractmethod
    def farewell(self, node: Node) -> None:
        """The coordinator learns that the node leaves."""
