"""One integration's part of the full home: what stands in the house, its wire, and its home file entry."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from drrouter.domain.ids import DeviceId
from drrouter.ports import Clock
from drrouter.sim.house import House, Outlet


@dataclass(frozen=True, slots=True)
class Setting:
    """Where the pieces stand.

    Attributes:
        folder: for files of the pieces and of the router.
        house: every appliance, and what nobody shifts.
        watts: what draws or gives power beside it, by device: negative gives.
    """

    folder: Path
    house: House
    clock: Clock
    watts: dict[str, Callable[[], float]] = field(default_factory=dict)

    def net_w(self) -> float:
        """What the home draws from the grid now, in W; negative is fed in."""
        self.house.advance(self.now())
        appliances = sum(one.power_w for one in self.house.appliances.values())
        return self.house.base.power_w + appliances + sum(tell() for tell in self.watts.values())

    def now(self) -> datetime:
        """The present."""
        return self.clock.now()

    def outlet(self, device_id: str) -> Outlet:
        """The socket of an appliance."""
        return Outlet(self.house, DeviceId(device_id), self.now)

    def private(self, name: str, text: str) -> str:
        """Write a file that only its owner reads; returns its name."""
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text + "\n", encoding="utf-8")
        return name


@dataclass(frozen=True, slots=True)
class Wire:
    """What stands in the home file for a piece that listens.

    Attributes:
        table: the integration's table, as TOML without its head.
        match: how the device is recognised, as a TOML inline table.
    """

    table: str
    match: str


Opener = Callable[[Setting], AbstractAsyncContextManager[Wire]]


@dataclass(frozen=True, slots=True)
class Piece:
    """One device of the full home, reached by its integration.

    Attributes:
        domain: the integration.
        device_id: its id in the home file and in the house.
        model: its object model.
        level: where its level stands at first.
        stands: whether something of the object model stands in the house; a meter measures the others.
        more: further lines of its entry in the home file.
    """

    domain: str
    device_id: str
    name: str
    model: str
    open: Opener
    level: float | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)
    stands: bool = True
    more: str = ""
