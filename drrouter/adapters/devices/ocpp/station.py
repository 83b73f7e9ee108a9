"""What is known of one charge point and its outlets; the versions of OCPP write it, devices read it.

It outlives the connection: what a charge point was told holds while it is away, and is there when it returns.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from drrouter.adapters.devices.names import cleaned
from drrouter.adapters.devices.news import News
from drrouter.adapters.devices.ocpp.metering import Sample, samples_in
from drrouter.adapters.devices.ocpp.rpc import Link
from drrouter.adapters.devices.ocpp.settings import ChargePointPart, OcppSettings
from drrouter.domain.instruction import FailSafe
from drrouter.domain.measurement import Quantity
from drrouter.ports import Clock

LATE_SAMPLES = 4
"""A measurement older than so many sample times is history, sent from a queue after an outage."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a car wants, as it told the charge point (ISO 15118).

    Attributes:
        departure: when it leaves, None where it does not say.
        energy_wh: how much it wants until then, None where it does not say.
        level_percent: what its battery holds now, likewise.
    """

    departure: datetime | None
    energy_wh: float | None
    level_percent: float | None


@dataclass(frozen=True, slots=True)
class Told:
    """The limit that an outlet has.

    Attributes:
        limit_w: in W; below 0 the car gives back.
        until: when it ends by itself, None for never.
        then_w: what holds afterwards.
        charge: the transaction with which it ends, None where it is for all.
    """

    limit_w: float
    until: datetime | None
    then_w: float
    charge: int | str | None = None

    def at(self, now: datetime, charge: int | str | None) -> float:
        """The limit at an instant, in W, while a charge is under way or none is."""
        over = self.until is not None and now >= self.until
        return self.then_w if over or self.charge not in (None, charge) else self.limit_w


@dataclass(slots=True)
class Outlet:
    """One connector of OCPP 1.6, or one EVSE of OCPP 2.

    Attributes:
        plugged: whether a car is there, None while nobody said.
        transaction: what the charge under way is called, None where there is none.
        since: when the charge began.
        idle: whether surely none is under way; after a restart of the router one may be, not yet told.
        over: whether the car that is there was charged already; somebody or something ended that.
        sample: the newest measurement; ``samples`` counts them.
        base: the fail-safe that its lowest profile keeps, None while that is not known.
    """

    number: int
    plugged: bool | None = None
    transaction: int | str | None = None
    since: datetime | None = None
    idle: bool = False
    over: bool = False
    sample: Sample | None = None
    samples: int = 0
    level_percent: float | None = None
    told: Told | None = None
    base: FailSafe | None = None

    def rest(self) -> None:
        """No charge is under way."""
        self.transaction, self.since, self.idle = None, None, True


@dataclass(slots=True)
class Abilities:
    """What a charge point can do, as far as it says.

    Attributes:
        unit: in which limits are stated, ``A`` or ``W``.
        switches_lines: whether it can charge on one line of three.
        most_level: the highest stack level of a profile.
        limits: whether it takes profiles at all.
    """

    unit: str = "A"
    switches_lines: bool = False
    most_level: int = 1
    limits: bool = True


@dataclass(slots=True)
class Station:
    """One charge point.

    Attributes:
        part: what the home file says of it; None: it is not listed, and not driven.
        link: the connection, None while there is none.
        identity: what it says of itself, cleaned.
        heard_at: when it said something last.
        known: whether it was asked what it can do.
        news: told whenever something is new of it, itself coming and going included.
        on_needs: told what a car wants, with the number of its outlet.
    """

    id: str
    part: ChargePointPart | None
    settings: OcppSettings
    clock: Clock
    version: str = ""
    link: Link | None = None
    identity: dict[str, str] = field(default_factory=dict)
    abilities: Abilities = field(default_factory=Abilities)
    outlets: dict[int, Outlet] = field(default_factory=dict)
    heard_at: datetime | None = None
    known: bool = False
    on_needs: Callable[[int, Needs], None] = lambda number, needs: None
    news: News = field(default_factory=News)

    def __post_init__(self) -> None:
        """Every outlet is there from the first moment."""
        count = self.part.connectors if self.part else 1
        self.outlets = {number: Outlet(number) for number in range(1, count + 1)}

    @property
    def lines(self) -> int:
        """How many lines feed it."""
        return self.part.phases if self.part else 3

    @property
    def most_w(self) -> float:
        """What one outlet gives when nothing limits it, in W."""
        return (self.part.max_a if self.part else 16.0) * self.settings.voltage_v * self.lines

    @property
    def late(self) -> timedelta:
        """How old a measurement may be to count."""
        return timedelta(seconds=max(60.0, LATE_SAMPLES * self.settings.sample_s))

    def heard(self) -> None:
        """It gave a sign of life."""
        self.heard_at = self.clock.now()
        self.news.tell()

    def introduce(self, vendor: object, model: object, serial: object, firmware: object) -> None:
        """Keep who it says it is."""
        said = {"manufacturer": vendor, "model": model, "serial": serial, "firmware": firmware}
        self.identity = {key: text for key, value in said.items() if (text := cleaned(value))}

    def plug(self, number: int, plugged: bool) -> None:
        """A car came to an outlet or left it; what was known of the old one is forgotten."""
        outlet = self.outlets.get(number)
        if outlet is None:
            return
        if not plugged:
            outlet.rest()
            outlet.level_percent, outlet.over = None, False
        outlet.plugged = plugged

    def begin(self, number: int, transaction: int | str) -> None:
        """A charge is under way at an outlet."""
        outlet = self.outlets.get(number)
        if outlet and outlet.transaction != transaction:
            outlet.transaction, outlet.since, outlet.plugged = transaction, self.clock.now(), True
            outlet.idle = outlet.over = False

    def end(self, transaction: int | str) -> None:
        """A charge is over; an old one that is reported late ends nothing."""
        for outlet in self.outlets.values():
            if outlet.transaction == transaction:
                outlet.rest()
                outlet.over = True

    def outlet_of(self, transaction: object) -> int | None:
        """The number of the outlet at which a charge is under way."""
        matching = (outlet.number for outlet in self.outlets.values() if outlet.transaction == transaction)
        return next(matching, None)

    def measure(self, number: int, meter_values: object) -> None:
        """Keep the newest measurement of an outlet, unless it is history."""
        outlet = self.outlets.get(number)
        if outlet is None:
            return
        for sample in samples_in(meter_values):
            sample.at = min(sample.at, self.clock.now())  # else one from the future would outlive all others
            if self.clock.now() - sample.at > self.late:
                _log.debug("%s: a measurement of %s comes too late to count", self.id, sample.at)
            elif outlet.sample is None or sample.at >= outlet.sample.at:
                outlet.sample, outlet.samples = sample, outlet.samples + 1
                outlet.level_percent = sample.values.get(Quantity.LEVEL_PERCENT, outlet.level_percent)
