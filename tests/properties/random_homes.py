"""Random homes for the planner's properties: ordinary ones, crowded ones and absurd ones."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import strategies as st

from drrouter.domain.flexibility import (
    DemandFlexibility,
    Discharge,
    EnvelopeFlexibility,
    Line,
    Mode,
    ModesFlexibility,
    Phase,
    ProfileFlexibility,
    Programme,
    RemoteStart,
    StorageFlexibility,
)
from drrouter.domain.ids import DeviceId, ProgrammeId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.outage import Outage
from drrouter.domain.wish import CycleWish, LevelWish, PlugIn, Precedence
from drrouter.planner import DeviceInput, Effort, Prices, Problem, grid_slots, varied_slots
from drrouter.planner.grid import FINE_STEPS, STEPS
from tests.properties.random_events import rebates, recoveries
from tests.properties.random_tariffs import terms
from tests.properties.random_thermal import surrounded
from tests.unit.planner.homes import NOW, committed, running

HOURS = st.floats(0, 30).map(lambda hours: timedelta(minutes=round(hours * 60)))
WATTS = st.floats(0, 4000).map(lambda watts: round(watts, 1))
GRIDS = st.sampled_from([STEPS, FINE_STEPS])
PRICES = st.floats(-0.5, 1.0).map(lambda price: round(price, 3))


@st.composite
def spans(draw: st.DrawFn, before: timedelta = timedelta(0)) -> Interval:
    start = NOW - before + draw(HOURS)
    return Interval(start, start + draw(HOURS) + timedelta(minutes=1))


@st.composite
def programmes(draw: st.DrawFn, name: str = "p") -> Programme:
    minutes = st.integers(1, 90)
    pauses = st.sampled_from([0, 0, 0, 0, 0, 25, 120])
    phases = draw(st.lists(st.tuples(minutes, WATTS, pauses), min_size=1, max_size=5))
    parts = tuple(
        Phase(f"p{n}", timedelta(minutes=length), watts, timedelta(minutes=pause))
        for n, (length, watts, pause) in enumerate(phases)
    )
    return Programme(ProgrammeId(name), f"Programme {name}", parts)


@st.composite
def machines(draw: st.DrawFn, device_id: DeviceId) -> DeviceInput:
    programme = draw(programmes())
    known = draw(st.sampled_from([(programme,), (programme, draw(programmes("q")))]))
    serve = draw(st.sampled_from([(), (ProgrammeId("q"), ProgrammeId("unknown"))]))
    begun = st.integers(-300, 0).map(lambda minutes: NOW + timedelta(minutes=minutes))
    earliest = NOW - timedelta(hours=3) + draw(HOURS)
    wished = ProgrammeId(draw(st.sampled_from(["p", "p", "p", "p", "unknown"])))
    ready_by = earliest + draw(HOURS) + timedelta(minutes=5)
    wish = CycleWish(device_id, wished, earliest, ready_by, serve)
    remote = st.sampled_from([RemoteStart.ARMED, RemoteStart.ARMED, RemoteStart.NONE])
    device = DeviceInput(device_id, device_id, ProfileFlexibility(known, draw(remote)), caps=draw(bounds()))
    return replace(
        device,
        wishes=draw(st.sampled_from([(), (wish,)])),
        running=draw(st.none() | begun.map(lambda start: running(device_id, programme, start))),
        commitment=draw(
            st.none()
            | st.integers(-200, 1300).map(
                lambda minutes: committed(device_id, programme, NOW + timedelta(minutes=minutes))
            )
        ),
    )


@st.composite
def bounds(draw: st.DrawFn) -> tuple[tuple[Interval, float], ...]:
    values = st.sampled_from([0.0, 50.0, 1500.0])
    return tuple(draw(st.lists(st.tuples(spans(), values), max_size=2)))


@st.composite
def periods(draw: st.DrawFn, most_used: float) -> tuple[PlugIn, ...]:
    """Times at the plug, of a car that may be away now, with trips of any length and thirst between them."""
    minutes = draw(st.lists(st.integers(-60, 2000), min_size=2, max_size=6, unique=True).map(sorted))
    ends = [NOW + timedelta(minutes=minute) for minute in minutes]
    used = st.sampled_from([0.0, 0.2, 0.7, 1.5]).map(lambda share: share * most_used)
    pairs = zip(ends[::2], ends[1::2], strict=False)
    return tuple(PlugIn(Interval(arrival, departure), draw(used)) for arrival, departure in pairs)


@st.composite
def storages(draw: st.DrawFn, device_id: DeviceId) -> DeviceInput:
    downwards, most_w = draw(st.booleans()), draw(st.floats(20, 4000))
    low = draw(st.floats(-30, 10))
    high = low + draw(st.floats(0.5, 40))
    strength = draw(st.floats(1e-3, 0.1))
    drift = draw(st.sampled_from([0.0, 0.5, 0.9, 1.3])) * strength * most_w * draw(st.floats(0, 1))
    least = draw(st.sampled_from([0.0, 0.0, 0.5, 1.0])) * most_w
    flexibility = StorageFlexibility(
        unit=draw(st.sampled_from(["°C", "Wh"])),
        level_min=low,
        level_max=high,
        level_target=draw(st.floats(low, high)),
        level_per_wh=-strength if downwards else strength,
        drift_per_h=drift if downwards else -drift,
        max_power_w=most_w,
        min_power_w=least,
        duty=draw(st.booleans()),
        idle_power_w=draw(st.sampled_from([0.0, 3.0])),
        min_on=timedelta(minutes=draw(st.sampled_from([0, 0, 30]))),
        min_off=timedelta(minutes=draw(st.sampled_from([0, 0, 40]))),
    )
    wishes = st.lists(st.tuples(st.floats(low - 5, high + 5), HOURS), max_size=2)
    return DeviceInput(
        device_id,
        device_id,
        flexibility,
        level=draw(st.none() | st.floats(low, high) | st.floats(low - 10, high + 10)),
        available=draw(st.none() | st.none() | spans(timedelta(hours=2))),
        periods=draw(st.just(()) | st.just(()) | periods(0.0 if downwards else high - low)),
        wishes=tuple(LevelWish(device_id, level, NOW + after) for level, after in draw(wishes)),
        caps=draw(bounds()),
        floors=draw(bounds()),
    )


@st.composite
def batteries(draw: st.DrawFn, device_id: DeviceId) -> DeviceInput:
    """Home batteries and cars that may give back: with and without consent, export, sun and least powers."""
    most_w, size = draw(st.floats(200, 6000)), draw(st.floats(500, 20_000))
    charging, giving = draw(st.floats(0.7, 1.0)), draw(st.floats(0.7, 1.0))
    low = draw(st.sampled_from([0.0, 0.1, 0.5])) * size
    back_w = draw(st.floats(0.0, 6000))
    flexibility = StorageFlexibility(
        unit="Wh",
        level_min=low,
        level_max=size,
        level_target=size,
        level_per_wh=charging,
        drift_per_h=draw(st.sampled_from([0.0, 0.0, 0.0, -5.0])),
        max_power_w=most_w,
        min_power_w=draw(st.sampled_from([0.0, 0.0, 0.4])) * most_w,
        discharge=Discharge(
            max_power_w=back_w,
            level_per_wh=1 / giving,
            min_power_w=draw(st.sampled_from([0.0, 0.0, 0.3])) * back_w,
            wear_per_kwh=draw(st.sampled_from([0.0, 0.05])),
            may_export=draw(st.booleans()),
        ),
    )
    wishes = st.lists(st.tuples(st.floats(0, size * 1.1), HOURS), max_size=2)
    return DeviceInput(
        device_id,
        device_id,
        flexibility,
        level=draw(st.none() | st.floats(low, size) | st.floats(0, size * 1.2)),
        available=draw(st.none() | st.none() | spans(timedelta(hours=2))),
        periods=draw(st.just(()) | periods(size)),
        wishes=tuple(LevelWish(device_id, level, NOW + after) for level, after in draw(wishes)),
        caps=draw(bounds()),
        floors=draw(bounds()),
        end_value_per_wh=draw(st.sampled_from([None, None, 0.0, -0.0001, 0.0003])),
        may_discharge=draw(st.sampled_from([True, True, True, False])),
        sun_only=draw(st.booleans()),
    )


@st.composite
def demands(draw: st.DrawFn, device_id: DeviceId) -> DeviceInput:
    power_w, max_w = sorted((draw(WATTS), draw(WATTS)))
    flexibility = DemandFlexibility(power_w, max_w, timedelta(minutes=draw(st.integers(5, 200))))
    return DeviceInput(device_id, device_id, flexibility, caps=draw(bounds()), floors=draw(bounds()))


@st.composite
def inverters(draw: st.DrawFn, device_id: DeviceId) -> DeviceInput:
    """Inverters of any size, some of which cannot be held back all the way; their sun comes later."""
    rated_w = draw(WATTS)
    least_w = draw(st.sampled_from([0.0, 0.0, 0.3, 1.0])) * rated_w
    return DeviceInput(
        device_id,
        device_id,
        EnvelopeFlexibility(rated_w, least_w),
        available=draw(st.none() | st.none() | spans(timedelta(hours=2))),
        caps=draw(bounds()),
        floors=draw(bounds()),
    )


@st.composite
def modes(draw: st.DrawFn, device_id: DeviceId) -> DeviceInput:
    """Devices with one to four modes, with and without a past, that bear little or much."""
    spans_h = st.sampled_from([None, None, 0.5, 2.0])
    count = draw(st.integers(1, 4))
    normal = draw(st.integers(0, count - 1))
    made = []
    for number in range(count):
        longest, daily = (None, None) if number == normal else (draw(spans_h), draw(spans_h))
        cost = draw(st.sampled_from([0.0, 0.0, 0.05, -0.02]))
        limits = [None if h is None else timedelta(hours=h) for h in (longest, daily)]
        made.append(Mode(f"mode {number}", draw(WATTS), cost, *limits))
    flexibility = ModesFlexibility(
        tuple(made),
        normal,
        timedelta(minutes=draw(st.sampled_from([0, 20, 60]))),
        draw(st.sampled_from([None, None, 0, 3])),
    )
    edges = sorted(draw(st.lists(st.integers(-300, 60), max_size=4, unique=True)), reverse=True)
    ends = [NOW + timedelta(minutes=minute) for minute in edges[::-1]]
    stays = [(Interval(start, end), draw(st.integers(0, count - 1))) for start, end in pairwise(ends)]
    return DeviceInput(
        device_id,
        device_id,
        flexibility,
        caps=draw(bounds()),
        floors=draw(bounds()),
        stays=tuple(stays),
        end_value_per_wh=draw(st.sampled_from([None, 0.0, 0.0003])),
    )


@st.composite
def limits(draw: st.DrawFn, names: list[DeviceId]) -> Limit:
    members = tuple(draw(st.lists(st.sampled_from(names), unique=True, max_size=3))) if names else ()
    scope = draw(st.sampled_from([Scope.GROUP, Scope.DEVICE, Scope.LINE])) if members else Scope.SITE
    made = Limit(
        draw(spans(timedelta(hours=3))), draw(WATTS), scope, members, draw(st.sampled_from([0.0, 1000.0]))
    )
    return replace(made, line=draw(st.sampled_from([None, *Line]))) if scope is Scope.LINE else made


@st.composite
def outages(draw: st.DrawFn) -> Outage:
    """A power cut that is announced for some time soon."""
    return Outage(draw(spans(timedelta(hours=3))), ProviderId("grid"))


@st.composite
def precedences(draw: st.DrawFn, names: list[DeviceId]) -> Precedence:
    """In any direction, also in circles and of a machine on itself."""
    least = timedelta(minutes=draw(st.sampled_from([0, 0, 7, 60])))
    most = draw(st.sampled_from([None, None, timedelta(minutes=20), timedelta(hours=3)]))
    before, after = draw(st.sampled_from(names)), draw(st.sampled_from(names))
    return Precedence(before, after, least, None if most is None else least + most)


@st.composite
def homes(draw: st.DrawFn, most_devices: int = 5) -> Problem:
    """A home of up to five devices, at any minute, over 2 to 26 hours."""
    now = NOW + timedelta(minutes=draw(st.integers(0, 59)))
    edges = draw(st.lists(HOURS, max_size=2))
    slots = _slots(draw, now, timedelta(hours=draw(st.integers(2, 26))), [now + edge for edge in edges])
    kinds = draw(
        st.lists(
            st.sampled_from([modes, machines, storages, demands, batteries, inverters]), max_size=most_devices
        )
    )
    bare = [draw(kind(DeviceId(f"d{number}"))) for number, kind in enumerate(kinds)]
    lines = st.sampled_from([(), (), (Line.L2,), tuple(Line)])
    devices = tuple(replace(draw(surrounded(device, slots)), lines=draw(lines)) for device in bare)
    devices = tuple(_lit(draw, device, slots) for device in devices)
    devices += tuple(_twins(devices[:1], draw(st.sampled_from([0, 0, 0, 2]))))
    names = [device.id for device in devices]
    some = st.lists(st.sampled_from(names), max_size=3) if names else st.just([])
    shape = draw(st.sampled_from(["flat", "random", "random", "blocks"]))
    return Problem(
        now=now,
        slots=slots,
        import_price=_series(draw, shape, slots, PRICES),
        export_price=_series(draw, shape, slots, PRICES),
        base_load_w=_series(draw, "blocks", slots, WATTS),
        pv_w=draw(st.sampled_from([(), _series(draw, "blocks", slots, WATTS)])),
        base_band_w=draw(st.sampled_from([(), ((100.0, 1500.0),) * len(slots)])),
        pv_band_w=draw(st.sampled_from([(), ((0.0, 500.0),) * len(slots)])),
        devices=devices,
        co2_g_per_kwh=draw(st.sampled_from([(), (400.0,) * len(slots)])),
        co2_price_per_kg=0.1,
        recoveries=draw(recoveries()),
        rebates=draw(rebates(names)),
        limits=tuple(draw(st.lists(limits(names), max_size=3))),
        base_line_shares=draw(st.sampled_from([(), (0.2, 0.3, 0.5), (0.0, 1.0, 0.0)])),
        pv_line_shares=draw(st.sampled_from([(), (0.4, 0.4, 0.2)])),
        export_limits=tuple(draw(st.lists(limits([]), max_size=1))),
        effort=Effort(nodes=200, cautious=timedelta(hours=draw(st.sampled_from([0, 2])))),
        prices=Prices(less_liked=draw(st.sampled_from([0.0, 0.1]))),
        precedences=tuple(draw(st.lists(precedences(names), max_size=3))) if names else (),
        exclusive=tuple(map(tuple, draw(st.lists(some, max_size=2)))),
        outages=tuple(draw(st.lists(outages(), max_size=1))),
        **draw(terms(now)),
    )


def _lit(draw: st.DrawFn, device: DeviceInput, slots: tuple[Interval, ...]) -> DeviceInput:
    """An inverter under its sun, which at times is none, or said to be less than none."""
    if not isinstance(device.flexibility, EnvelopeFlexibility):
        return device
    sun = _series(draw, "blocks", slots, st.floats(-100, 8000).map(lambda watts: round(watts, 1)))
    return replace(device, sun_w=draw(st.sampled_from([(), sun, sun, sun])))


def _twins(devices: tuple[DeviceInput, ...], count: int) -> Iterator[DeviceInput]:
    """More machines just like these."""
    for device in devices:
        if isinstance(device.flexibility, ProfileFlexibility):
            for number in range(count):
                name = DeviceId(f"twin{number}")
                wishes = tuple(replace(wish, device_id=name) for wish in device.wishes)
                yield replace(device, id=name, wishes=wishes, running=None, commitment=None)


def _slots(draw: st.DrawFn, now: datetime, horizon: timedelta, edges: list[datetime]) -> tuple[Interval, ...]:
    """Of one length, or short ones soon and long ones late; cut at the edges."""
    step = draw(st.sampled_from([15, 30, 60, None, None]))
    if step is not None:
        return grid_slots(now, horizon, timedelta(minutes=step), edges)
    return varied_slots(now, horizon, edges, draw(st.lists(spans(), max_size=1)), draw(GRIDS))


def _series(
    draw: st.DrawFn, shape: str, slots: tuple[Interval, ...], values: st.SearchStrategy[float]
) -> tuple[float, ...]:
    if shape == "flat":
        return (draw(values),) * len(slots)
    seeds = draw(st.lists(values, min_size=6, max_size=6))
    if shape == "blocks":
        return tuple(seeds[_block(slot.start) % 6] for slot in slots)
    return tuple(seeds[index * index % 6] for index in range(len(slots)))


def _block(instant: datetime) -> int:
    return instant.hour // 4
