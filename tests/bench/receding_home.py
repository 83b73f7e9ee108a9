"""A home that lives through seeded days while it is planned again every quarter of an hour.

    truth (load, sun) --+--> forecast with errors --> plan --> first slot is carried out
                        +--> what really flows, what limits clip, what it costs

Nothing here knows how the planner works: what was carried out is priced as a schedule under the truth, as are
the plan of perfect foresight and the home that nobody steers.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from drrouter.domain.flexibility import Phase, ProfileFlexibility, Programme, StorageFlexibility
from drrouter.domain.ids import DeviceId, ProgrammeId
from drrouter.domain.interval import SLOT, Interval
from drrouter.domain.limit import Limit
from drrouter.domain.plan import Plan
from drrouter.domain.wish import ComfortBand, CycleWish, LevelWish, RunningCycle, Wish
from drrouter.planner import DeviceInput, Effort, Problem, grid_slots, plan
from drrouter.planner.fallback import start_now_entry
from drrouter.planner.grid import varied_slots
from drrouter.planner.ledger import Entry, enter
from drrouter.planner.schedule import Schedule
from drrouter.planner.start import Profile, Start
from drrouter.planner.tasks import tasks_of

DAY = timedelta(days=1)
FIRST = datetime(2023, 5, 8, 14, 0, tzinfo=UTC)
FUSE_W, EVENT_W = 4600.0, 2500.0
ERROR, MEMORY = 0.3, 0.9
"""Standard deviation of a far forecast, and how much of an error a quarter of an hour keeps."""

EFFORT = Effort(nodes=200)
QUANTILE = 1.28
"""Nine of ten values lie below the mean plus this many standard deviations."""

CAR, TANK, FREEZER, ROOM = DeviceId("car"), DeviceId("tank"), DeviceId("freezer"), DeviceId("room")
WASHER, DISHWASHER = DeviceId("washer"), DeviceId("dishwasher")


def _programme(name: str, *phases: tuple[int, float]) -> Programme:
    parts = tuple(Phase(f"{n}", timedelta(minutes=m), watts) for n, (m, watts) in enumerate(phases))
    return Programme(ProgrammeId(name), name, parts)


PROGRAMMES = {
    WASHER: _programme("cotton", (25, 2000.0), (60, 150.0), (20, 450.0)),
    DISHWASHER: _programme("eco", (15, 60.0), (25, 1900.0), (60, 90.0), (15, 1900.0), (40, 30.0)),
}
STORES = {
    CAR: StorageFlexibility("Wh", 0.0, 40_000.0, 40_000.0, 0.9, 0.0, 3680.0, 1380.0),
    TANK: StorageFlexibility("°C", 42.0, 65.0, 50.0, 0.0043, -1.1, 1500.0),
    FREEZER: StorageFlexibility("°C", -24.0, -15.0, -18.0, -0.02, 0.6, 90.0, duty=True),
    ROOM: StorageFlexibility("°C", 15.0, 26.0, 20.5, 0.00125, 0.0, 1800.0, loss_per_h=0.05, ambient=8.0),
}

LEVELS = {CAR: 15_000.0, TANK: 50.0, FREEZER: -18.0, ROOM: 20.5}
"""Where every day begins, so that each control is given the same day."""


@dataclass(frozen=True)
class Day:
    """The truth of one day, from 16:00 local time to the next, and what is asked in it."""

    seed: int
    slots: tuple[Interval, ...]
    import_price: tuple[float, ...]
    load_w: tuple[float, ...]
    sun_w: tuple[float, ...]
    limits: tuple[Limit, ...]
    wishes: dict[DeviceId, Wish]
    levels: dict[DeviceId, float]
    here: Interval
    load_error: tuple[float, ...]
    sun_error: tuple[float, ...]


def day_of(seed: int) -> Day:
    """Draw a day."""
    dice = random.Random(seed)
    start = FIRST + seed % 7 * DAY
    slots = grid_slots(start, DAY)
    clear = dice.choice([0.25, 0.6, 0.9, 1.0])
    cloud, hours = (
        _walk(dice, len(slots)),
        [(slot.start.hour + 2 + slot.start.minute / 60) % 24 for slot in slots],
    )
    level = dice.uniform(0.2, 0.32)
    price = [level + 0.08 * _hump(hour, 19, 2.5) + 0.04 * _hump(hour, 8, 1.5) for hour in hours]
    price = [
        p - 0.22 * clear * _hump(h, 13, 2.5) + dice.gauss(0, 0.01) for p, h in zip(price, hours, strict=True)
    ]
    price = [price[k - k % 4] for k in range(len(price))]
    oven = dice.choice([17.5, 18.25, 19.0])
    load = [
        200
        + 500 * _hump(h, 19.5, 2)
        + 250 * _hump(h, 7.5, 1)
        + abs(dice.gauss(0, 80))
        + 2000 * (oven <= h < oven + 0.75)
        for h in hours
    ]
    peak = 4500 * clear
    sun = [
        max(0.0, peak * math.sin(math.pi * (h - 6) / 15) * min(1.0, max(0.15, 1 - 0.25 * abs(c))))
        if 6 < h < 21
        else 0.0
        for h, c in zip(hours, cloud, strict=True)
    ]
    limits = [Limit(Interval(start, slots[-1].end), FUSE_W)]
    if dice.random() < 0.4:
        limits.append(Limit(Interval(start + timedelta(hours=1), start + timedelta(hours=3)), EVENT_W))
    here = Interval(start + timedelta(minutes=90), start + timedelta(hours=15, minutes=30))
    wishes: dict[DeviceId, Wish] = {
        CAR: LevelWish(CAR, LEVELS[CAR] + dice.uniform(4_000, 13_000), here.end),
        DISHWASHER: CycleWish(
            DISHWASHER, ProgrammeId("eco"), start + timedelta(hours=4), start + timedelta(hours=15)
        ),
    }
    if dice.random() < 0.6:
        wishes[WASHER] = CycleWish(WASHER, ProgrammeId("cotton"), start, start + timedelta(hours=23))
    errors = (tuple(_walk(dice, len(slots))) for _ in range(2))
    return Day(
        seed, slots, tuple(price), tuple(load), tuple(sun), tuple(limits), wishes, dict(LEVELS), here, *errors
    )


def _hump(hour: float, centre: float, width: float) -> float:
    return math.exp(-(((hour - centre + 12) % 24 - 12) ** 2) / (2 * width**2))


def _walk(dice: random.Random, count: int) -> Iterator[float]:
    """An autoregressive path of unit variance, without wild values."""
    value = dice.gauss(0, 1)
    path = []
    for _ in range(count):
        path.append(min(2.2, max(-2.2, value)))
        value = MEMORY * value + math.sqrt(1 - MEMORY**2) * dice.gauss(0, 1)
    return iter(path)


def truth(day: Day) -> Problem:
    """The day as a problem of perfect foresight."""
    return _problem(day, day.slots, day.load_w, day.sun_w, day.levels, {}, None)


def _problem(
    day: Day,
    slots: tuple[Interval, ...],
    load_w: tuple[float, ...],
    sun_w: tuple[float, ...],
    levels: dict[DeviceId, float],
    running: dict[DeviceId, datetime],
    previous: Plan | None,
) -> Problem:
    """What is asked from the first of these slots on; series are those of the day's own slots."""
    return Problem(
        now=slots[0].start,
        slots=slots,
        import_price=_means(day, day.import_price, slots),
        export_price=tuple(price - 0.15 for price in _means(day, day.import_price, slots)),
        base_load_w=_means(day, load_w, slots),
        pv_w=_means(day, sun_w, slots),
        devices=tuple(_devices(day, slots[0].start, levels, running)),
        limits=day.limits,
        effort=EFFORT,
        previous=previous,
    )


def _means(day: Day, values: tuple[float, ...], slots: tuple[Interval, ...]) -> tuple[float, ...]:
    """The mean over each slot of a series by quarter hours."""
    begin, means = day.slots[0].start, []
    for slot in slots:
        first, behind = (round((instant - begin) / SLOT) for instant in (slot.start, slot.end))
        means.append(sum(values[first:behind]) / (behind - first))
    return tuple(means)


def _devices(
    day: Day, now: datetime, levels: dict[DeviceId, float], running: dict[DeviceId, datetime]
) -> Iterator[DeviceInput]:
    for name, store in STORES.items():
        wishes = (day.wishes[name],) if name in day.wishes else ()
        available = day.here if name is CAR else None
        if available is None or available.end > now:
            comfort = (ComfortBand(Interval(now, day.slots[-1].end), 19.5, 22.5),) if name is ROOM else ()
            yield DeviceInput(
                name,
                name,
                store,
                levels[name],
                available,
                wishes,
                comfort=comfort,
                end_value_per_wh=_worth(day),
            )
    for name, programme in PROGRAMMES.items():
        began = running.get(name)
        cycle = RunningCycle(name, programme.id, began) if began is not None else None
        wishes = (day.wishes[name],) if name in day.wishes and began is None else ()
        yield DeviceInput(name, name, ProfileFlexibility((programme,)), wishes=wishes, running=cycle)


def _worth(day: Day) -> float:
    """The value of a Wh stored at the end: somewhat less than the day's mean price."""
    return 0.8 * max(0.0, sum(day.import_price) / len(day.import_price)) / 1000


@dataclass(frozen=True)
class Variant:
    """How the planner is told what it does not know.

    Attributes:
        measured: the slot that is carried out is known, as to devices that follow the meter while it lasts.
    """

    name: str
    error: float = ERROR
    bands: bool = False
    measured: bool = False


@dataclass(frozen=True)
class Lived:
    """What came of a day: the schedule carried out, priced under the truth.

    Attributes:
        over_kwh: what the plans alone would have drawn above a limit with load that can be controlled.
        clipped_kwh: what of it no device gave way for.
    """

    entry: Entry
    over_kwh: float
    clipped_kwh: float
    levels: dict[DeviceId, float]
    plans: int


def live(day: Day, variant: Variant) -> Lived:
    """Plan, carry out a quarter of an hour, plan again."""
    levels, running, made = dict(day.levels), dict[DeviceId, datetime](), None
    done: dict[DeviceId, list[float]] = {name: [] for name in STORES}
    over = clipped = 0.0
    for index, slot in enumerate(day.slots):
        asked = _forecast(day, index, variant, levels, running, made)
        made = plan(asked)
        for cycle in made.cycles:
            if not cycle.fixed and cycle.start < slot.end:
                running[cycle.device_id] = cycle.start
        powers = {name: made.power_w[name][0] if name in made.power_w else 0.0 for name in STORES}
        too_much, cut = _clip(day, index, powers, running)
        over, clipped = over + too_much, clipped + cut
        for name, watts in powers.items():
            done[name].append(watts)
            levels[name] = STORES[name].level_after(levels[name], watts, slot.duration)
    perfect = truth(day)
    tasks = tasks_of(perfect)
    starts = {task.device.id: _start(perfect, task.device.id, running) for task in tasks.cycles}
    schedule = Schedule(starts, {name: tuple(watts) for name, watts in done.items()})
    return Lived(enter(perfect, tasks, schedule), over, clipped, levels, len(day.slots))


def _start(problem: Problem, name: DeviceId, running: dict[DeviceId, datetime]) -> Start | None:
    if name not in running:
        return None
    wish = next(w for d in problem.devices if d.id == name for w in d.wishes if isinstance(w, CycleWish))
    return Profile(PROGRAMMES[name]).place(running[name], problem.slots, wish.ready_by)


def _forecast(
    day: Day,
    index: int,
    variant: Variant,
    levels: dict[DeviceId, float],
    running: dict[DeviceId, datetime],
    previous: Plan | None,
) -> Problem:
    """What is known at the beginning of the slot: the nearer, the better."""
    ahead = range(0 if variant.measured else 1, len(day.slots) - index + (not variant.measured))
    known = [0.0] * index + [math.sqrt(1 - MEMORY ** (2 * k)) for k in ahead]
    load, sun = (
        tuple(
            value * (1 + variant.error * share * z)
            for value, share, z in zip(values, known, errors, strict=True)
        )
        for values, errors in ((day.load_w, day.load_error), (day.sun_w, day.sun_error))
    )
    now = day.slots[index].start
    slots = varied_slots(now, day.slots[-1].end - now, fine=(limit.interval for limit in day.limits[1:]))
    asked = _problem(day, slots, load, sun, levels, running, previous)
    if not variant.bands:
        return asked
    spread = tuple(QUANTILE * variant.error * share for share in known)
    width = _means(day, spread, slots)
    return replace(
        asked,
        effort=replace(EFFORT, cautious=timedelta(hours=1)),
        base_band_w=tuple(
            (w * max(0, 1 - s), w * (1 + s)) for w, s in zip(asked.base_load_w, width, strict=True)
        ),
        pv_band_w=tuple((w * max(0, 1 - s), w * (1 + s)) for w, s in zip(asked.pv_w, width, strict=True)),
    )


def _clip(
    day: Day, index: int, powers: dict[DeviceId, float], running: dict[DeviceId, datetime]
) -> tuple[float, float]:
    """Hold the limit as the guard does in seconds: the car gives way, then heat pump and tank.

    Returns:
        What the plan alone would have drawn above the limit with load that can be controlled, in kWh, and
        what of it no device could give way for.
    """
    slot = day.slots[index]
    limit_w = min(limit.effective_w for limit in day.limits if limit.interval.overlap(slot))
    fixed = day.load_w[index] - day.sun_w[index]
    for name, began in running.items():
        fixed += sum(Profile(PROGRAMMES[name]).place(began, (slot,), slot.end).power_w)
    over = max(0.0, fixed + sum(powers.values()) - limit_w)
    left = min(over, sum(powers.values()))
    asked = left
    for name in (CAR, ROOM, TANK):
        given = min(left, powers[name])
        powers[name] = powers[name] - given if powers[name] - given >= STORES[name].min_power_w else 0.0
        left = max(0.0, left - given)
    return asked / 4000, left / 4000


def foresight(day: Day) -> Plan:
    """The plan that knows the truth."""
    return plan(truth(day))


def unsteered(day: Day) -> Entry:
    """The same home without control: thermostats hold their targets, all else begins at once below limits."""
    problem = truth(day)
    tasks = tasks_of(problem)
    held = {name: _holding_w(store) for name, store in STORES.items() if store.moves_alone}
    loads = tuple(load + sum(held.values()) for load in problem.base_load_w)
    rest = tuple(device for device in problem.devices if device.id not in held)
    others = replace(problem, base_load_w=loads, devices=rest)
    schedule = start_now_entry(others, tasks_of(others)).schedule
    steady = {name: (watts,) * len(problem.slots) for name, watts in held.items()}
    return enter(problem, tasks, Schedule(schedule.starts, {**schedule.power_w, **steady}))


def _holding_w(store: StorageFlexibility) -> float:
    """The mean power that holds a store at its target, in W."""
    away = store.level_target - store.ambient
    return (store.loss_per_h * away - store.drift_per_h) / store.level_per_wh
