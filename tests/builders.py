"""Domain values in one line each, for tests of every room; the day is the first of June 2026, in UTC."""

from datetime import UTC, datetime, timedelta

from drrouter.domain.device import Binding, DeviceClass, DeviceProfile
from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.flexibility import (
    DemandFlexibility,
    Discharge,
    EnvelopeFlexibility,
    Mode,
    ModesFlexibility,
    Phase,
    PlannedFlexibility,
    ProfileFlexibility,
    Programme,
    RemoteStart,
    StorageFlexibility,
)
from drrouter.domain.ids import DeviceId, EventId, ModelId, ProgramId, ProgrammeId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.measurement import Quality, Quantity, Reading
from drrouter.domain.plan import CostSplit, DataRung, Explanation, Plan, ScheduledCycle, SolveRung
from drrouter.domain.rates import Rates
from drrouter.domain.timeline import Order

DAY = datetime(2026, 6, 1, tzinfo=UTC)
NOON = DAY + timedelta(hours=12)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

SP = ProviderId("grid")
OTHER_SP = ProviderId("retailer")
PROGRAM = ProgramId("summer peaks")

FREEZER, WASHER, CAR, HVAC = DeviceId("freezer"), DeviceId("washer"), DeviceId("car"), DeviceId("hvac")
BATTERY, HEAT_PUMP, INVERTER = DeviceId("battery"), DeviceId("heat_pump"), DeviceId("inverter")
METER = DeviceId("meter")
ECO = ProgrammeId("eco")


def at(time: str) -> datetime:
    """An instant of the day, as "HH:MM" or "HH:MM:SS"; hours from 24 on are of the next days."""
    hours, minutes, *seconds = (int(part) for part in time.split(":"))
    return DAY + timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))


def span(start: str, end: str) -> Interval:
    """An interval of the day."""
    return Interval(at(start), at(end))


def rates(*steps: tuple[str, str, float]) -> Rates:
    """Rates of the day, from (start, end, value)."""
    return Rates(tuple((span(start, end), value) for start, end, value in steps))


# Devices


def programme(name: str = ECO, *phases: tuple[int, float]) -> Programme:
    """A programme of (minutes, W); heats for half an hour and turns for an hour where nothing is said."""
    parts = phases or ((30, 2000.0), (60, 200.0))
    made = (Phase(f"phase {n}", minutes * MINUTE, watts) for n, (minutes, watts) in enumerate(parts))
    return Programme(ProgrammeId(name), name.title(), tuple(made))


def profile(
    name: str,
    flexibility: PlannedFlexibility | None,
    kind: DeviceClass = DeviceClass.HVAC,
    *,
    groups: tuple[str, ...] = (),
    shed_from_level: int | None = None,
    binding: Binding | None = None,
) -> DeviceProfile:
    """A device of this flexibility."""
    return DeviceProfile(
        DeviceId(name),
        name.title(),
        kind,
        ModelId(f"generic/{name}"),
        flexibility,
        groups=groups,
        shed_from_level=shed_from_level,
        binding=binding or Binding(),
    )


def freezer(
    name: str = FREEZER, *, groups: tuple[str, ...] = (), shed_from_level: int | None = 1
) -> DeviceProfile:
    """A freezer between -24 and -16 degrees C, 100 W, with a thermostat from -20 to -17."""
    store = StorageFlexibility("degC", -24.0, -16.0, -18.0, -0.04, 1.0, 100.0, duty=True)
    binding = Binding(thermostat=(-20.0, -17.0))
    return profile(
        name, store, DeviceClass.FREEZER, groups=groups, shed_from_level=shed_from_level, binding=binding
    )


def washer(
    name: str = WASHER,
    *programmes: Programme,
    groups: tuple[str, ...] = (),
    shed_from_level: int | None = 1,
    remote_start: RemoteStart = RemoteStart.ARMED,
) -> DeviceProfile:
    """A washing machine of 2 kW."""
    cycles = ProfileFlexibility(programmes or (programme(),), remote_start)
    return profile(name, cycles, DeviceClass.WASHING_MACHINE, groups=groups, shed_from_level=shed_from_level)


def car(name: str = CAR, *, groups: tuple[str, ...] = (), shed_from_level: int | None = 1) -> DeviceProfile:
    """A charging point of 2.3 kW for a battery of 10 kWh."""
    store = StorageFlexibility("Wh", 0.0, 10_000.0, 10_000.0, 1.0, 0.0, 2300.0, 2300.0)
    return profile(name, store, DeviceClass.EV_CHARGER, groups=groups, shed_from_level=shed_from_level)


def hvac(name: str = HVAC, *, groups: tuple[str, ...] = (), shed_from_level: int | None = 1) -> DeviceProfile:
    """An air conditioner of 1 kW that runs half of the time."""
    return profile(name, DemandFlexibility(500.0, 1000.0), groups=groups, shed_from_level=shed_from_level)


def battery(name: str = BATTERY, *, may_export: bool = False, groups: tuple[str, ...] = ()) -> DeviceProfile:
    """A home battery of 10 kWh that takes 3 kW and gives 3 kW."""
    gives = Discharge(3000.0, 1.1, may_export=may_export)
    store = StorageFlexibility("Wh", 1000.0, 10_000.0, 10_000.0, 1.0, 0.0, 3000.0, discharge=gives)
    return profile(name, store, DeviceClass.BATTERY, groups=groups)


def heat_pump(name: str = HEAT_PUMP, *, shed_from_level: int | None = 1) -> DeviceProfile:
    """A heat pump with the four modes of SG-Ready: 0, 1000, 1500 and 2500 W."""
    modes = (
        Mode("blocked", 0.0, longest=2 * HOUR),
        Mode("normal", 1000.0),
        Mode("recommended", 1500.0),
        Mode("forced", 2500.0),
    )
    flexibility = ModesFlexibility(modes, normal=1, min_dwell=10 * MINUTE)
    return profile(name, flexibility, DeviceClass.HEAT_PUMP, shed_from_level=shed_from_level)


def inverter(name: str = INVERTER) -> DeviceProfile:
    """An inverter of 5 kW."""
    return profile(name, EnvelopeFlexibility(5000.0), DeviceClass.PV)


def meter(name: str = METER) -> DeviceProfile:
    """A meter of the whole home."""
    return profile(name, None, DeviceClass.METER)


def reading(device: str, quantity: Quantity, value: float, at: datetime = NOON) -> Reading:
    """A reading that can be trusted."""
    return Reading(DeviceId(device), quantity, value, at)


def answer(
    device: str, at: datetime, on: bool, power_w: float, energy_wh: float | None = None
) -> tuple[Reading, ...]:
    """What a metering plug answers."""
    values = [(Quantity.SWITCH, float(on)), (Quantity.POWER_W, power_w)]
    values += [] if energy_wh is None else [(Quantity.ENERGY_WH, energy_wh)]
    return tuple(reading(device, quantity, value, at) for quantity, value in values)


def bad(one: Reading) -> Reading:
    """The same reading, but not to be trusted."""
    return Reading(one.device_id, one.quantity, one.value, one.at, Quality.BAD)


# Events


def payload(kind: PayloadType, value: float, start: str, end: str, text: str = "") -> Payload:
    """A payload of the day."""
    return Payload(kind, span(start, end), value, text)


def event(
    name: str,
    *payloads: Payload,
    provider: ProviderId = SP,
    priority: int | None = None,
    targets: tuple[str, ...] = (),
    modified_at: datetime = DAY,
) -> Event:
    """An event."""
    return Event(
        EventId(name), provider, PROGRAM, name.title(), modified_at, payloads, priority, targets, "EUR"
    )


def price(
    name: str,
    value: float,
    start: str,
    end: str,
    *,
    provider: ProviderId = SP,
    priority: int | None = None,
    targets: tuple[str, ...] = (),
    modified_at: datetime = DAY,
) -> Event:
    """An event with one price."""
    one = payload(PayloadType.PRICE, value, start, end)
    return event(name, one, provider=provider, priority=priority, targets=targets, modified_at=modified_at)


def capacity(
    name: str,
    watts: float,
    start: str,
    end: str,
    *,
    provider: ProviderId = SP,
    priority: int | None = None,
    targets: tuple[str, ...] = (),
    modified_at: datetime = DAY,
) -> Event:
    """An event with one limit of import, in W."""
    one = payload(PayloadType.IMPORT_CAPACITY_LIMIT, watts, start, end)
    return event(name, one, provider=provider, priority=priority, targets=targets, modified_at=modified_at)


def shed(
    name: str,
    start: str,
    end: str,
    *,
    level: float = 1,
    priority: int | None = None,
    targets: tuple[str, ...] = (),
    modified_at: datetime = DAY,
) -> Event:
    """An event with one SIMPLE level."""
    one = payload(PayloadType.SIMPLE, level, start, end)
    return event(name, one, priority=priority, targets=targets, modified_at=modified_at)


def limit(watts: float, *members: str, event_id: str | None = "limit", guaranteed_w: float = 0.0) -> Limit:
    """A limit of the whole day, on the site or on these members; without an event it is the house's own."""
    return Limit(
        Interval(DAY, DAY + 24 * HOUR),
        watts,
        Scope.GROUP if members else Scope.SITE,
        tuple(DeviceId(member) for member in members),
        guaranteed_w,
        None if event_id is None else SP,
        None if event_id is None else EventId(event_id),
        "main fuse" if event_id is None else PROGRAM,
    )


def order(name: str, value: float = 1.0, *members: str) -> Order:
    """A shed or an alert of the whole day."""
    everybody = tuple(DeviceId(member) for member in members)
    return Order(Interval(DAY, DAY + 24 * HOUR), value, EventId(name), SP, PROGRAM, everybody)


# Plans


def a_plan(
    slots: tuple[Interval, ...] = (span("12:00", "12:15"), span("12:15", "12:30")),
    *,
    power_w: dict[DeviceId, tuple[float, ...]] | None = None,
    level: dict[DeviceId, tuple[float, ...]] | None = None,
    cycles: tuple[ScheduledCycle, ...] = (),
    explanations: tuple[Explanation, ...] = (),
    made_at: datetime = NOON,
    grid_w: tuple[float, ...] = (),
    modes: dict[DeviceId, tuple[tuple[float, ...], ...]] | None = None,
) -> Plan:
    """A plan that says what is given here and else nothing."""
    zeros = (0.0,) * len(slots)
    return Plan(
        made_at=made_at,
        slots=slots,
        currency="EUR",
        power_w=power_w or {},
        level=level or {},
        cycles=cycles,
        grid_w=grid_w or zeros,
        misses=(),
        cost=CostSplit(),
        marginal_price=zeros,
        headroom_w=zeros,
        solve_rung=SolveRung.OPTIMAL,
        data_rung=DataRung.LIVE,
        explanations=explanations,
        modes=modes or {},
    )


def cycle(start: str, device: str = WASHER, *, minutes: int = 90, fixed: bool = False) -> ScheduledCycle:
    """A cycle of the eco programme in a plan."""
    return ScheduledCycle(DeviceId(device), ECO, at(start), at(start) + minutes * MINUTE, fixed)
