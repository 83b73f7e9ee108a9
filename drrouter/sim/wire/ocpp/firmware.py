"""What the firmware of every version has in common: the outlet that it runs, and the library's client."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ocpp.exceptions import NotSupportedError

from drrouter.sim.wire.ocpp.car import ChargingCar
from drrouter.sim.wire.ocpp.profiles import Profiles
from drrouter.sim.wire.ocpp.socket import Fault

VENDOR, MODEL, SERIAL, SOFTWARE = "Fake Chargers", "Wallbox 11", "FC-0001", "1.0.0"
ITSELF = "freevend"
"""The card that it shows where it charges any car."""


@dataclass(slots=True)
class Outlet:
    """The outlet of a charge point, and what it was told.

    Attributes:
        transaction: what the charge under way is called.
        sample_s: the time between two measurements; ``retimed`` is called when it changes.
    """

    car: ChargingCar
    profiles: Profiles
    lines: int
    most_w: float
    unit: str
    plugged: bool = False
    transaction: Any = None
    sample_s: int = 60
    sequence: int = 0
    starts: int = 0
    fault: Fault = Fault.NONE
    retimed: Callable[[], None] = lambda: None

    def measure_every(self, seconds: int) -> None:
        """Measure at this interval from now on."""
        if seconds != self.sample_s:
            self.sample_s = seconds
            self.retimed()

    def allowed_w(self, now: datetime) -> float:
        """What the charge under way may take, in W."""
        if self.fault is Fault.IGNORES:
            return self.most_w
        return self.profiles.power_w(now, self.most_w)

    def settle(self, now: datetime) -> None:
        """Let the car take what it may."""
        charging = self.plugged and self.transaction is not None
        self.car.allow(self.allowed_w(now) if charging else 0.0)


class Firmware(ABC):
    """One version's words, spoken through the library's charge point.

    Each call that the central system may make is a method, listed in ``_heard``.
    """

    def __init__(self, library: Any, version: str, outlet: Outlet, now: Callable[[], datetime]) -> None:
        """Speak through the library's charge point, whose handlers are replaced by ours."""
        self.outlet, self.now, self.version = outlet, now, version
        self.library = library
        self.library.route_map = {
            action: {"_on_action": answer, "_skip_schema_validation": False}
            for action, answer in self._heard().items()
        }
        self._later: set[asyncio.Task[None]] = set()

    async def listen(self) -> None:
        """Answer until the connection ends.

        Raises:
            Ended: it did.
        """
        await self.library.start()

    @abstractmethod
    def _heard(self) -> Mapping[str, Callable[..., Any]]:
        """What answers each call."""

    @abstractmethod
    async def boot(self) -> None:
        """Say who we are."""

    @abstractmethod
    async def state(self) -> None:
        """Say whether a car is there."""

    @abstractmethod
    async def begin(self) -> None:
        """Begin a charge."""

    @abstractmethod
    async def finish(self) -> None:
        """End the charge under way."""

    @abstractmethod
    async def measure(self) -> None:
        """Say what is measured."""

    @abstractmethod
    async def beat(self) -> None:
        """Give a sign of life."""

    @abstractmethod
    async def need(self, energy_wh: float, departure: datetime) -> None:
        """Say what the car wants."""

    def stamp(self) -> str:
        """The present time as the wire wants it."""
        return self.now().astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def measured(self) -> list[tuple[str, str | None, str, float]]:
        """What the meter shows: measurand, line, unit, value."""
        power_w = self.outlet.car.power_w()
        by_line = [
            ("Power.Active.Import", f"L{line}", "W", round(power_w / self.outlet.lines, 1))
            for line in range(1, self.outlet.lines + 1)
        ]
        return [
            ("Energy.Active.Import.Register", None, "Wh", round(self.outlet.car.energy_wh(), 1)),
            ("Power.Active.Import", None, "W", round(power_w, 1)),
            *by_line,
            ("SoC", None, "Percent", round(self.outlet.car.level_percent(), 1)),
        ]

    def take(self, profile: Mapping[str, Any]) -> str:
        """Install a profile and say what became of it."""
        if self.outlet.fault is Fault.NO_SMART_CHARGING:
            raise NotSupportedError
        if self.outlet.fault is Fault.REJECTS:
            return "Rejected"
        if profile["charging_profile_purpose"] == "TxProfile" and self.outlet.transaction is None:
            return "Rejected"
        self.outlet.profiles.install(profile)
        self.outlet.settle(self.now())
        return "Accepted"

    def drop(self, number: int) -> str:
        """Remove a profile."""
        removed = self.outlet.profiles.remove(number)
        self.outlet.settle(self.now())
        return "Accepted" if removed else "Unknown"

    def composite(self) -> dict[str, Any]:
        """The schedule of the next minute: one period, for our profiles have no more."""
        power_w = self.outlet.allowed_w(self.now())
        per_unit = 1.0 if self.outlet.unit == "W" else 230.0 * self.outlet.lines
        period = {
            "start_period": 0,
            "limit": round(power_w / per_unit, 1),
            "number_phases": self.outlet.lines,
        }
        return {"charging_rate_unit": self.outlet.unit, "charging_schedule_period": [period]}

    def soon(self, words: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Say something once the answer is out."""
        task = asyncio.ensure_future(words())
        self._later.add(task)
        task.add_done_callback(self._later.discard)
