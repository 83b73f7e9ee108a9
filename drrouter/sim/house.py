"""The simulated house: appliances behind plugs, a base load, and what people do with them, all in one time.

It knows nothing of routers, prices and wires: plugs switch it through ``Outlet``, ``record`` holds what was
measured, ``ledger`` says what that cost, ``baseline`` lives the same day without a router.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from drrouter.domain.flexibility import PlannedFlexibility, StorageFlexibility
from drrouter.domain.ids import DeviceId, ProgrammeId
from drrouter.domain.interval import require_utc
from drrouter.errors import DeviceUnknownError, MessageError
from drrouter.sim.appliances import Appliance, BaseLoad, Car, CycleMachine, appliance_for
from drrouter.sim.appliances.build import Room

USUAL_RESERVE_C = 0.5
"""How far from the warm bound a freezer's thermostat usually starts it."""


class HappeningKind(StrEnum):
    """What people do in the house."""

    LOAD = "load"
    PLUG_IN = "plug_in"
    UNPLUG = "unplug"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that people do, which no router decides.

    Attributes:
        programme_id: what a machine is loaded with.
        energy_wh: what a car arrives with, or should leave with.
    """

    at: datetime
    kind: HappeningKind
    device_id: DeviceId
    programme_id: ProgrammeId | None = None
    energy_wh: float = 0.0


@dataclass(frozen=True, slots=True)
class ApplianceSpec:
    """One appliance and how it stands at the beginning.

    Attributes:
        level: temperature in degrees C, or charge in Wh of a car that is plugged in.
        thermostat: where a freezer's own control stops and starts it.
        usual_thermostat: the same as people set it who have no router; None for 0.5 degrees from the bound.
    """

    id: DeviceId
    flexibility: PlannedFlexibility | None
    level: float | None = None
    thermostat: tuple[float, float] | None = None
    usual_thermostat: tuple[float, float] | None = None
    room: Room | None = None
    resumes: bool = False

    def build(self, start: datetime, *, usual: bool = False) -> Appliance:
        """The appliance at a dead plug; or, where ``usual``, at a live one and set as people usually do."""
        return appliance_for(
            self.flexibility,
            start,
            level=self.level,
            thermostat=self._usual() if usual else self.thermostat,
            room=self.room,
            resumes=self.resumes,
            supplied=usual,
        )

    def _usual(self) -> tuple[float, float] | None:
        """As wide as it is, at its usual place: near the warm bound of a freezer."""
        storage, own = self.flexibility, self.thermostat
        if self.usual_thermostat or own is None or not isinstance(storage, StorageFlexibility):
            return self.usual_thermostat
        stops, starts = own
        cools = stops < starts
        begin = storage.level_max - USUAL_RESERVE_C if cools else storage.level_min + USUAL_RESERVE_C
        return begin + stops - starts, begin


@dataclass(frozen=True, slots=True)
class BaseSpec:
    """The unshiftable load: mean power by the local hour in W, and by how much it varies."""

    hours_w: tuple[float, ...]
    zone: tzinfo
    noise: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class HouseSpec:
    """A house as it stands at the beginning."""

    appliances: tuple[ApplianceSpec, ...]
    base: BaseSpec | None = None


class House:
    """Appliances that live in the same time.

    Attributes:
        start: when it began.
        now: how far it has lived.
        appliances: by device.
        base: the unshiftable load.
        happenings: what people did, in order.
    """

    def __init__(self, spec: HouseSpec, start: datetime, *, usual: bool = False) -> None:
        """Build it; ``usual`` is a house without a router, whose plugs are on."""
        self.start = self.now = require_utc(start)
        self.appliances = {one.id: one.build(start, usual=usual) for one in spec.appliances}
        base = spec.base or BaseSpec((0.0,) * 24, UTC)
        self.base = BaseLoad(start, base.hours_w, base.zone, noise=base.noise, seed=base.seed)
        self.happenings: list[Happening] = []

    def advance(self, until: datetime) -> None:
        """Live on to the instant; nothing happens when it has passed."""
        for appliance in (*self.appliances.values(), self.base):
            appliance.advance(until)
        self.now = max(self.now, until)

    def do(self, happening: Happening) -> None:
        """Live on until it happens, and let it happen.

        Raises:
            MessageError: the appliance cannot do that.
            DeviceUnknownError: there is no such device.
        """
        self.advance(happening.at)
        appliance = self.appliance(happening.device_id)
        match happening.kind, appliance:
            case HappeningKind.LOAD, CycleMachine() if happening.programme_id:
                appliance.load(happening.programme_id)
            case HappeningKind.PLUG_IN, Car():
                appliance.plug_in(happening.energy_wh)
            case HappeningKind.UNPLUG, Car():
                appliance.unplug(happening.energy_wh)
            case _:
                raise MessageError("simulated home", happening.device_id, f"cannot {happening.kind}")
        self.happenings.append(happening)

    def appliance(self, device_id: DeviceId) -> Appliance:
        """The appliance of that name.

        Raises:
            DeviceUnknownError: there is none.
        """
        if device_id not in self.appliances:
            known = ", ".join(sorted(self.appliances))
            raise DeviceUnknownError(f"the simulated home has no device {device_id!r}; it has {known}")
        return self.appliances[device_id]


class Outlet:
    """A socket of the house as a plug sees it; whoever looks at it lets the house live up to now first."""

    def __init__(self, house: House, device_id: DeviceId, now: Callable[[], datetime]) -> None:
        """Stand at one appliance, in the time that ``now`` tells."""
        self._house, self._appliance, self._now = house, house.appliance(device_id), now

    def set_supply(self, on: bool) -> None:
        """The plug gives power from now on, or cuts it."""
        self._house.advance(self._now())
        self._appliance.set_supply(on)

    def power_w(self) -> float:
        """What the appliance draws now, in W."""
        self._house.advance(self._now())
        return self._appliance.power_w

    def energy_wh(self) -> float:
        """What it has drawn, in Wh."""
        self._house.advance(self._now())
        return self._appliance.meter.total_wh


def live_without_router(
    spec: HouseSpec, start: datetime, until: datetime, happenings: Sequence[Happening]
) -> House:
    """The honest baseline: the same house, the same people, and nobody who shifts anything.

    Plugs are on: machines start when they are loaded, the car charges at full power when it is plugged in,
    the freezer runs on its thermostat where people usually set it, heating and cooling are undisturbed.
    """
    house = House(spec, start, usual=True)
    for happening in sorted(happenings, key=lambda one: one.at):
        if happening.at < until:
            house.do(happening)
    house.advance(until)
    return house
