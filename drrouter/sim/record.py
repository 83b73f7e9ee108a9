"""What the meters of the simulated house have seen, frozen: the only thing that ledgers judge by."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.ids import DeviceId
from drrouter.sim.appliances import Appliance, Car, Cycle, CycleMachine, Departure, Thermal
from drrouter.sim.house import House

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ThermalRecord:
    """What became of a temperature.

    Attributes:
        outside_s: how long it was outside its range, in seconds; ``outside_kh`` in degree hours.
        short_rests: how often the compressor started again too soon.
    """

    lowest_c: float
    highest_c: float
    last_c: float
    outside_s: float
    outside_kh: float
    short_rests: int


@dataclass(frozen=True, slots=True)
class HouseRecord:
    """Everything measured from ``start`` to ``until``.

    Attributes:
        devices_wh: energy of each minute by device, in Wh.
        base_wh: the same of the unshiftable load.
        cycles: of each machine, in order.
        departures: of each car, in order.
        temperatures: of each freezer and room.
        stored_wh: electricity stored, or driven away with, by device; only differences mean anything.
    """

    start: datetime
    until: datetime
    devices_wh: dict[DeviceId, tuple[float, ...]]
    base_wh: tuple[float, ...]
    cycles: dict[DeviceId, tuple[Cycle, ...]]
    departures: dict[DeviceId, tuple[Departure, ...]]
    temperatures: dict[DeviceId, ThermalRecord]
    stored_wh: dict[DeviceId, float]

    @property
    def total_wh(self) -> tuple[float, ...]:
        """Import of each minute, in Wh."""
        return tuple(map(sum, zip(self.base_wh, *self.devices_wh.values(), strict=True)))

    @property
    def cycle_cuts(self) -> int:
        """How many running cycles lost their power: breaches of safety."""
        return sum(cycle.cut_at is not None for cycles in self.cycles.values() for cycle in cycles)

    @property
    def missing_wh(self) -> float:
        """What cars lacked when they left, in Wh."""
        return sum(departure.missing_wh for group in self.departures.values() for departure in group)


def record_of(house: House) -> HouseRecord:
    """Read every meter of the house; its minutes begin with the minute of its start."""
    devices = house.appliances.items()
    count = -((house.base.meter.start - house.now) // MINUTE)
    return HouseRecord(
        start=house.start,
        until=house.now,
        devices_wh={device_id: _minutes(appliance, count) for device_id, appliance in devices},
        base_wh=_minutes(house.base, count),
        cycles={key: _copies(one.cycles) for key, one in devices if isinstance(one, CycleMachine)},
        departures={key: tuple(one.departures) for key, one in devices if isinstance(one, Car)},
        temperatures={key: _thermal(one) for key, one in devices if isinstance(one, Thermal)},
        stored_wh={key: one.stored_wh for key, one in devices if isinstance(one, Car | Thermal)},
    )


def _minutes(appliance: Appliance, count: int) -> tuple[float, ...]:
    """The minutes of one meter, filled up to that many."""
    metered = tuple(appliance.meter.minutes_wh)
    return metered + (0.0,) * (count - len(metered))


def _copies(cycles: list[Cycle]) -> tuple[Cycle, ...]:
    """Cycles that stay as they are now."""
    return tuple(
        Cycle(one.programme_id, one.loaded_at, one.started_at, one.finished_at, one.cut_at) for one in cycles
    )


def _thermal(body: Thermal) -> ThermalRecord:
    return ThermalRecord(
        lowest_c=body.lowest_c,
        highest_c=body.highest_c,
        last_c=body.temperature_c,
        outside_s=body.outside.total_seconds(),
        outside_kh=body.outside_kh,
        short_rests=body.short_rests,
    )
