"""Seeded homes that our planner and a peer can both plan, and our side of it.

A home is what both can say: prices, base load and sun per step, two cycles that are never cut, a pump that
runs so many hours a day and at least an hour at a time, and a battery that ends as full as it began. Prices
are the day-ahead prices of three days in July 2023, scaled and shifted by the seed; every duration is a
multiple of half an hour, so that steps of 30, 15 and 5 minutes describe the same home.
"""

import csv
import math
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from random import Random

from drrouter.domain.flexibility import Discharge, Phase, ProfileFlexibility, Programme, StorageFlexibility
from drrouter.domain.ids import DeviceId, ProgrammeId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.domain.plan import Plan
from drrouter.domain.wish import CycleWish, LevelWish
from drrouter.planner import DeviceInput, Effort, Problem, grid_slots
from tests.unit.planner.homes import NOW

_DATA = Path(__file__).parents[2] / "drrouter" / "sim" / "demo" / "data"

FINE_MIN = 5
"""Base load and sun are drawn in steps of this length; longer steps are their means."""

LEVY = 0.22
"""What a kWh costs beside its day-ahead price, in EUR."""

FEED_IN = 0.07
"""What a kWh earns, in EUR: always less than one costs."""


@dataclass(frozen=True)
class Cycle:
    """A cycle that runs once and is never cut, within steps ``first`` to ``end`` (half open).

    Attributes:
        minutes: how long it takes; ``power_w`` has one value for each step, the last one perhaps not full.
    """

    name: str
    power_w: tuple[float, ...]
    minutes: int
    first: int
    end: int


@dataclass(frozen=True)
class Pump:
    """A switch that runs for ``steps`` in all, and for at least ``least`` steps whenever it runs."""

    name: str
    power_w: float
    steps: int
    least: int


@dataclass(frozen=True)
class Battery:
    """A home battery behind the meter; levels in Wh, powers in W at the meter, it may feed the grid.

    Attributes:
        taking, giving: efficiencies of charging and of discharging.
        end_wh: what it holds at the end, at least.
    """

    min_wh: float
    max_wh: float
    level_wh: float
    end_wh: float
    charge_w: float
    discharge_w: float
    taking: float
    giving: float


@dataclass(frozen=True)
class Home:
    """One planning question, in the words that both planners understand; one value per step."""

    seed: int
    step_min: int
    buy: tuple[float, ...]
    sell: tuple[float, ...]
    base_w: tuple[float, ...]
    pv_w: tuple[float, ...]
    limit_w: float
    cycles: tuple[Cycle, ...]
    pump: Pump
    battery: Battery


def peer_home(seed: int, step_min: int, *, shorter_min: int = 0) -> Home:
    """The home of that seed in steps of so many minutes: the same home whatever the step.

    ``shorter_min`` takes so much off the dishwasher's two hours, so that no step of the grid may fit it.
    """
    draw = Random(seed)
    hour, scale = draw.randrange(48), draw.uniform(0.7, 1.6)
    spot = [scale * price for price in _column("day_ahead_nl_2023-07-29_31.csv", "price_eur_per_mwh")]
    usual = _column("hours_of_day.csv", "base_load_w")
    busy, peak_w, clouds = draw.uniform(1.5, 3), draw.uniform(500, 3500), draw.uniform(0.2, 0.8)
    buy, base, sun = [], [], []
    for fine in range(24 * 60 // FINE_MIN):
        at = hour + fine * FINE_MIN / 60  # the prices begin at midnight, local time
        buy.append(round(LEVY + spot[int(at)] / 1000, 5))
        base.append(busy * usual[int(at) % 24] * draw.uniform(0.7, 1.3))
        sun.append(peak_w * _height(at % 24) * (1 - clouds * draw.random()))
    per_half_hour = 30 // step_min
    return Home(
        seed=seed,
        step_min=step_min,
        buy=_means(buy, step_min),
        sell=(FEED_IN,) * (24 * 60 // step_min),
        base_w=_means(base, step_min),
        pv_w=_means(sun, step_min),
        limit_w=9200.0,
        cycles=(
            _cycle(draw, "dishwasher", (1200,) * 4, per_half_hour, shorter_min),
            _cycle(draw, "washer", (2000, 300, 300, 700), per_half_hour),
        ),
        pump=Pump("pump", round(draw.uniform(700, 1600)), 8 * per_half_hour, 2 * per_half_hour),
        battery=_battery(draw),
    )


def _cycle(draw: Random, name: str, halves: tuple[float, ...], times: int, shorter_min: int = 0) -> Cycle:
    """A cycle of half hours, in a window of 8 to 16 hours."""
    first = draw.randrange(0, 12)
    end = first + draw.randrange(16, 33)
    minutes = 30 * len(halves) - shorter_min
    power_w = [power_w for power_w in halves for _ in range(times)]
    steps = math.ceil(minutes * times / 30)
    return Cycle(name, tuple(power_w[:steps]), minutes, first * times, end * times)


def _battery(draw: Random) -> Battery:
    capacity = draw.choice((5000.0, 7500.0, 10_000.0))
    level = round(capacity * draw.uniform(0.3, 0.7), -2)
    return Battery(0.1 * capacity, 0.9 * capacity, level, level, 0.4 * capacity, 0.5 * capacity, 0.95, 0.95)


def _column(file: str, name: str) -> list[float]:
    with (_DATA / file).open(encoding="utf-8") as lines:
        return [float(row[name]) for row in csv.DictReader(lines)]


def _height(hour: float) -> float:
    """What a clear July sun makes of the peak, at this hour of local time."""
    return max(0.0, math.sin((hour - 5.5) / 16.5 * math.pi)) ** 1.5 if 5.5 < hour < 22 else 0.0


def _means(fine: list[float], step_min: int) -> tuple[float, ...]:
    size = step_min // FINE_MIN
    return tuple(round(sum(fine[n : n + size]) / size, 6) for n in range(0, len(fine), size))


def problem_of(home: Home, gap: float) -> Problem:
    """The home as a problem of ours; every step planned exactly, what is left at the end is worth nothing."""
    slots = grid_slots(NOW, timedelta(hours=24), timedelta(minutes=home.step_min))
    whole = Interval(NOW, slots[-1].end)
    return Problem(
        now=NOW,
        slots=slots,
        import_price=home.buy,
        export_price=home.sell,
        base_load_w=home.base_w,
        pv_w=home.pv_w,
        devices=(*(_machine(home, cycle) for cycle in home.cycles), _pump(home), _store(home)),
        limits=(Limit(whole, home.limit_w),),
        effort=Effort(gap=gap, near=whole.duration),
    )


def _after(home: Home, step: int) -> timedelta:
    return timedelta(minutes=step * home.step_min)


def _machine(home: Home, cycle: Cycle) -> DeviceInput:
    phases, left = [], timedelta(minutes=cycle.minutes)
    for power_w, steps in groupby(cycle.power_w):
        phases.append(Phase(f"at {power_w} W", min(left, _after(home, len(list(steps)))), power_w))
        left -= phases[-1].duration
    programme = Programme(ProgrammeId(cycle.name), cycle.name, tuple(phases))
    device_id = DeviceId(cycle.name)
    wish = CycleWish(device_id, programme.id, NOW + _after(home, cycle.first), NOW + _after(home, cycle.end))
    return DeviceInput(device_id, cycle.name, ProfileFlexibility((programme,)), wishes=(wish,))


def _pump(home: Home) -> DeviceInput:
    pump, device_id = home.pump, DeviceId(home.pump.name)
    wanted_wh = pump.power_w * pump.steps * home.step_min / 60
    running = StorageFlexibility(
        "Wh",
        level_min=0,
        level_max=10 * wanted_wh,  # it is never full, so that it stops by the plan alone
        level_target=wanted_wh,
        level_per_wh=1,
        drift_per_h=0,
        max_power_w=pump.power_w,
        min_power_w=pump.power_w,
        min_on=_after(home, pump.least),
    )
    wish = LevelWish(device_id, wanted_wh, NOW + timedelta(hours=24))
    return DeviceInput(
        device_id,
        pump.name,
        running,
        level=0,
        wishes=(wish,),
        end_value_per_wh=0.0,
        off_since=NOW - timedelta(hours=1),
    )


def _store(home: Home) -> DeviceInput:
    battery, device_id = home.battery, DeviceId("battery")
    storing = StorageFlexibility(
        "Wh",
        level_min=battery.min_wh,
        level_max=battery.max_wh,
        level_target=battery.max_wh,
        level_per_wh=battery.taking,
        drift_per_h=0,
        max_power_w=battery.charge_w,
        discharge=Discharge(battery.discharge_w, 1 / battery.giving, may_export=True),
    )
    wish = LevelWish(device_id, battery.end_wh, NOW + timedelta(hours=24))
    return DeviceInput(
        device_id,
        "Battery",
        storing,
        level=battery.level_wh,
        wishes=(wish,),
        end_value_per_wh=0.0,
        may_discharge=True,
    )


def powers_of(plan: Plan) -> dict[str, list[float]]:
    """Our answer: what each device draws in each step, in W."""
    return {str(device_id): list(power_w) for device_id, power_w in plan.power_w.items()}
