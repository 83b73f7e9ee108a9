"""Clusters on which a device asks us something: its question goes to whoever answers."""

from collections.abc import Callable, Coroutine
from typing import Any

import zigpy.types
from zigpy.zcl import Cluster, foundation

Answer = Callable[[int, Any, int], Coroutine[Any, Any, None]]
"""Told the number of the command, its content, and the sequence number that the answer must carry."""


make: Any = zigpy.types
"""The types of numbers on the air; the library writes no annotations for them."""


def saying(number: int, **fields: Any) -> Any:
    """A command by its number, and the fields that it carries in their order."""
    define: Any = foundation.ZCLCommandDef
    return define(id=number, schema=fields)


class AskingCluster(Cluster):
    """A cluster of a device that begins conversations.

    Attributes:
        answer: who answers; None is nobody, and the device gets a receipt.
        asks: the commands that it takes; every other gets a receipt.
    """

    _skip_registry = True  # ours only: other users of zigpy in this process keep theirs

    asks: frozenset[int] = frozenset()
    answer: Answer | None = None

    def handle_cluster_request(self, hdr: foundation.ZCLHeader, args: Any, **_: Any) -> None:
        """Hand a question over; the library calls this for every command that is no answer to one of ours."""
        if self.answer is None or hdr.command_id not in self.asks or isinstance(args, bytes):
            super().handle_cluster_request(hdr, args)
            return
        self.create_catching_task(self.answer(int(hdr.command_id), args, int(hdr.tsn)))
