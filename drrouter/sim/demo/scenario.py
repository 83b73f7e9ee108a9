"""The demo's day as data: what the provider sends, what the people at home do, and when.

    Saturday                              Sunday
    18   19   20   21   22   23   00 ... 07   08 ... 10 ...... 12   13   14   15   16   17   18
    |    |====limit====|                                     |    |alert    |==shed==|    |
    |car, washer        |dishwasher          |ready          |prices of Monday    |car leaves
                                                  |--------- prices below zero ------------|
                                          |== line cut ==|

Local times are those of the home, in Europe/Amsterdam. Sending is left to ``provider``, doing to ``owner``,
cutting and mending the line to ``network``.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from drrouter.domain.event import PayloadType
from drrouter.domain.ids import DeviceId, ProgrammeId
from drrouter.domain.interval import Interval
from drrouter.domain.rates import Rates
from drrouter.domain.wish import OverrideMode

ZONE = ZoneInfo("Europe/Amsterdam")
SATURDAY, SUNDAY, MONDAY = date(2023, 7, 29), date(2023, 7, 30), date(2023, 7, 31)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
EXPORT_FEE_PER_KWH = 0.02
"""What the energy company keeps of each kWh that is fed in."""

DATA = files("drrouter.sim.demo") / "data"

PRICES, LIMITS, LOADS, ALERTS = "day-ahead", "grid-limits", "direct-load-control", "grid-alerts"
"""Names of the provider's programs."""


def local(day: date, hour: int, minute: int = 0) -> datetime:
    """A local time of the home as an instant."""
    return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)


START = local(SATURDAY, 18)
END = START + 24 * HOUR


@dataclass(frozen=True, slots=True)
class PriceNotice:
    """The day-ahead prices, feed-in prices and CO2 content of one local day."""

    key: str
    day: date

    @property
    def interval(self) -> Interval:
        """The local day."""
        return Interval(local(self.day, 0), local(self.day + timedelta(days=1), 0))


@dataclass(frozen=True, slots=True)
class Order:
    """What the provider asks of the home.

    Attributes:
        value: W for a limit, 0 to 3 for SIMPLE, 1 for an alert.
        targets: names of groups; none means every home of the program.
        text: words for the household.
    """

    key: str
    program: str
    kind: PayloadType
    interval: Interval
    value: float
    targets: tuple[str, ...] = ()
    text: str = ""
    priority: int | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """The provider sends something new, or a new version of what has the same key."""

    at: datetime
    what: PriceNotice | Order
    words: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """The provider takes an order back."""

    at: datetime
    key: str
    words: str


ProviderAct = Post | Cancel


@dataclass(frozen=True, slots=True)
class LoadMachine:
    """Somebody fills a machine and asks for it to be done by a time.

    Attributes:
        choose: whether they ask for options and accept the cheapest, or leave the start to the router.
    """

    at: datetime
    device_id: DeviceId
    programme_id: ProgrammeId
    ready_by: datetime
    choose: bool
    words: str


@dataclass(frozen=True, slots=True)
class CarArrives:
    """The car is plugged in with this much in its battery, in Wh."""

    at: datetime
    device_id: DeviceId
    level_wh: float
    words: str


@dataclass(frozen=True, slots=True)
class CarLeaves:
    """The car is unplugged and should have this much, in Wh."""

    at: datetime
    device_id: DeviceId
    needed_wh: float
    words: str


@dataclass(frozen=True, slots=True)
class Overrule:
    """Somebody has the last word on a device until then."""

    at: datetime
    device_id: DeviceId
    mode: OverrideMode
    until: datetime
    words: str


HomeAct = LoadMachine | CarArrives | CarLeaves | Overrule


@dataclass(frozen=True, slots=True)
class Outage:
    """The line between home and provider is dead for a while.

    Attributes:
        peaks: the peak windows of the offline profile that come into force meanwhile; ``data/offline.toml``.
    """

    interval: Interval
    peaks: tuple[Interval, ...]
    cut_words: str
    mended_words: str


_EVENING = Interval(local(SATURDAY, 19), local(SATURDAY, 20, 30))

PROVIDER_DAY: tuple[ProviderAct, ...] = (
    Post(START, PriceNotice("prices-saturday", SATURDAY), "sends Saturday's prices"),
    Post(START, PriceNotice("prices-sunday", SUNDAY), "sends Sunday's prices; around noon they are negative"),
    Post(
        local(SATURDAY, 18, 30),
        Order("evening-limit", LIMITS, PayloadType.IMPORT_CAPACITY_LIMIT, _EVENING, 2200.0, priority=1),
        "limits the home's import to 2.2 kW from 19:00 to 20:30",
    ),
    Post(
        local(SATURDAY, 19, 50),
        Order(
            "evening-limit",
            LIMITS,
            PayloadType.IMPORT_CAPACITY_LIMIT,
            Interval(_EVENING.start, local(SATURDAY, 21)),
            2200.0,
            priority=1,
        ),
        "extends the limit until 21:00",
    ),
    Post(
        local(SUNDAY, 12, 44),
        Order(
            "noon-alert",
            ALERTS,
            PayloadType.ALERT_GRID_EMERGENCY,
            Interval(local(SUNDAY, 12, 45), local(SUNDAY, 13, 10)),
            1.0,
            text="A substation is overloaded. Please use as little as you can until 13:10.",
            priority=0,
        ),
        "calls a grid emergency from 12:45 to 13:10",
    ),
    Post(local(SUNDAY, 13), PriceNotice("prices-monday", MONDAY), "sends Monday's prices"),
    Post(
        local(SUNDAY, 15, 29),
        Order(
            "hvac-shed",
            LOADS,
            PayloadType.SIMPLE,
            Interval(local(SUNDAY, 15, 30), local(SUNDAY, 15, 50)),
            2.0,
            targets=("hvac",),
            priority=1,
        ),
        'orders the group "hvac" off from 15:30 to 15:50, one minute ahead',
    ),
    Post(
        local(SUNDAY, 16, 30),
        Order(
            "hvac-shed-2",
            LOADS,
            PayloadType.SIMPLE,
            Interval(local(SUNDAY, 17), local(SUNDAY, 17, 20)),
            2.0,
            targets=("hvac",),
            priority=1,
        ),
        'announces that the group "hvac" shall be off from 17:00 to 17:20',
    ),
    Cancel(local(SUNDAY, 16, 50), "hvac-shed-2", "cancels that again"),
)

CAR, WASHER, DISHWASHER = DeviceId("car"), DeviceId("washer"), DeviceId("dishwasher")
FREEZER, AIRCO = DeviceId("freezer"), DeviceId("airco")
SHIFTABLE = (CAR, WASHER, DISHWASHER, FREEZER)
"""What an offline profile keeps out of its peak windows."""

CAR_ARRIVES_WITH_WH = 14_000.0
CAR_LEAVES_WITH_WH = 26_000.0

HOME_DAY: tuple[HomeAct, ...] = (
    LoadMachine(
        local(SATURDAY, 18, 10),
        WASHER,
        ProgrammeId("normal"),
        local(SUNDAY, 16),
        True,
        "fills the washer, to be done by Sunday 16:00",
    ),
    CarArrives(
        local(SATURDAY, 18, 20),
        CAR,
        CAR_ARRIVES_WITH_WH,
        "plugs the car in: 14 kWh left, 26 kWh needed by Sunday 17:30",
    ),
    LoadMachine(
        local(SATURDAY, 21, 15),
        DISHWASHER,
        ProgrammeId("normal"),
        local(SUNDAY, 8),
        False,
        "fills the dishwasher, to be done by breakfast at 08:00",
    ),
    LoadMachine(
        local(SUNDAY, 9, 30),
        DISHWASHER,
        ProgrammeId("normal"),
        local(SUNDAY, 17, 45),
        False,
        "fills the dishwasher again, to be done by 17:45",
    ),
    Overrule(
        local(SUNDAY, 10, 45),
        AIRCO,
        OverrideMode.OFF,
        local(SUNDAY, 11, 15),
        "opens the windows and switches the air conditioning off until 11:15",
    ),
    CarLeaves(local(SUNDAY, 17, 30), CAR, CAR_LEAVES_WITH_WH, "drives away with the car"),
)

OUTAGE = Outage(
    Interval(local(SUNDAY, 8, 10), local(SUNDAY, 12)),
    (Interval(local(SUNDAY, 8, 30), local(SUNDAY, 10)),),
    "an excavator cuts the line; the provider cannot be reached",
    "the line is mended",
)


@cache
def day_ahead() -> Rates:
    """The real day-ahead prices of the three days, per kWh, without taxes and fees."""
    return Rates(
        tuple(
            (Interval(start, start + HOUR), float(row["price_eur_per_mwh"]) / 1000)
            for row in _rows("day_ahead_nl_2023-07-29_31.csv")
            for start in [datetime.fromisoformat(row["start_utc"])]
        )
    )


@cache
def base_load_w() -> tuple[float, ...]:
    """What nobody shifts, in W, by the hour of the local day."""
    return tuple(float(row["base_load_w"]) for row in _rows("hours_of_day.csv"))


@cache
def co2_g_per_kwh() -> tuple[float, ...]:
    """An illustrative, not measured, CO2 content by the hour of the local day."""
    return tuple(float(row["co2_g_per_kwh"]) for row in _rows("hours_of_day.csv"))


def posted_prices() -> Rates:
    """The prices that the provider has sent by the end of the day."""
    days = [act.what.interval for act in PROVIDER_DAY if isinstance(act, Post) if _is_price(act.what)]
    return Rates(tuple(step for step in day_ahead().steps if any(day.holds(step[0].start) for day in days)))


def orders() -> tuple[Order, ...]:
    """Every order that was not taken back, in its last version."""
    last: dict[str, Order] = {}
    for act in PROVIDER_DAY:
        if isinstance(act, Cancel):
            last.pop(act.key)
        elif isinstance(act.what, Order):
            last[act.what.key] = act.what
    return tuple(last.values())


def _is_price(what: PriceNotice | Order) -> bool:
    return isinstance(what, PriceNotice)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as text:
        yield from csv.DictReader(text)
