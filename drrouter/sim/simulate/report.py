"""What a simulation came to: the demo's figures beside the same days without a router, and every broken rule.

The bill is drawn up from the simulated house's own meters; only what nobody else can know (rungs, minutes
without live data, errors) is the router's word.
"""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from drrouter.domain.event import Event, PayloadType
from drrouter.domain.flexibility import DemandFlexibility
from drrouter.domain.ids import EventId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.domain.rates import Rates
from drrouter.sim.house import live_without_router
from drrouter.sim.ledger import Comparison, Ledger, compare, settle
from drrouter.sim.record import HouseRecord, record_of
from drrouter.sim.simulate.agenda import Publish
from drrouter.sim.simulate.faults import Fault
from drrouter.sim.simulate.habits import Load, happenings_of
from drrouter.sim.simulate.referee import sentences
from drrouter.sim.simulate.simulation import Played, Plot
from drrouter.tariff import expand

CRUMB_WH = 1.0
"""Less energy than this above a limit, or missing in a car, is rounding."""


@dataclass(frozen=True, slots=True)
class SimulationLedger:
    """The days in numbers; its fields are the keys of ``--json``. The first ones are those of the demo.

    Attributes:
        cost, baseline_cost: the bills of both houses, in ``currency``.
        saving: what the router saved, cold, warmth and charge left at the end valued alike.
        limit_breaches: limits exceeded, by the meters, by what could have been switched off; the base load
            that nobody foresees and faults are no excuse here, in ``findings`` they are.
        safety_breaches: cut cycles, freezers that left their bounds, compressors started again too soon; what
            hands and faults did counts here too, ``findings`` are the router's own.
        deadline_misses: machines not done and cars not charged in time.
        comfort_misses: rooms that left their comfort range.
        same_service: whether both houses finished the same cycles and cars lacked no more with the router.
        events_total, events_obeyed: orders that were not taken back, and those without a finding.
        rungs: plans by solve rung.
        finished: whether all days were played.
        prices: where they come from.
        faults: how often each fault point struck.
        restarts: how often the router was started anew.
        findings: rules that were broken, as sentences; none is how it should be.
        replay: the command that plays the same again.
    """

    cost: float
    baseline_cost: float
    saving: float
    currency: str
    import_kwh: float
    baseline_import_kwh: float
    peak_import_w: float
    baseline_peak_import_w: float
    limit_breaches: int
    baseline_limit_breaches: int
    safety_breaches: int
    deadline_misses: int
    baseline_deadline_misses: int
    comfort_misses: int
    same_service: bool
    events_total: int
    events_obeyed: int
    offline_minutes: float
    errors_logged: int
    rungs: dict[str, int]
    since: str
    until: str
    finished: bool
    days: int
    seed: int
    prices: str
    plans: int
    commands: int
    commits: int
    receipts: int
    restarts: int
    faults: dict[str, int]
    findings: list[str]
    replay: str

    def as_json(self) -> dict[str, Any]:
        """The ledger as what JSON is made of."""
        return asdict(self)


def draw_up(played: Played) -> SimulationLedger:
    """Put the ledger together; the same days without a router are lived here."""
    plot, span, record = played.plot, played.plot.span, played.record
    baseline = live_without_router(played.spec, span.start, span.end, happenings_of(played.script))
    orders, prices = last_orders(played), bill_prices(plot)
    limits = tuple(_limits(orders.values()))
    comparison = compare(settle(record, prices, limits), settle(record_of(baseline), prices, limits), prices)
    broken = {event_id for _, event_id in orders if any(event_id in one.sentence for one in played.findings)}
    account = played.account
    return SimulationLedger(
        **_figures(comparison),
        currency=plot.home.currency,
        safety_breaches=record.cycle_cuts + _warm(played) + _short_rests(record),
        deadline_misses=_deadline_misses(record, played),
        baseline_deadline_misses=_deadline_misses(record_of(baseline), played),
        comfort_misses=_uncomfortable(played),
        events_total=len(orders),
        events_obeyed=len(orders) - len(broken),
        offline_minutes=account.offline_minutes,
        errors_logged=account.errors_logged,
        rungs={rung.value: count for rung, count in sorted(account.solve_rungs.items())},
        since=span.start.isoformat(),
        until=record.until.isoformat(),
        finished=record.until >= span.end,
        days=plot.days,
        seed=plot.seed,
        prices=plot.prices.source,
        plans=played.plans,
        commands=played.commands,
        commits=played.commits,
        receipts=played.receipts,
        restarts=len(played.outages),
        faults=dict(sorted(played.struck.items())),
        findings=sentences(played.findings),
        replay=replay(plot),
    )


def replay(plot: Plot) -> str:
    """The command that plays the same again."""
    words = ["drrouter", "simulate", str(plot.home.path), "--from", plot.day.isoformat()]
    words += ["--days", str(plot.days), "--seed", str(plot.seed), "--faults", _named(plot.faults)]
    if plot.replan:
        words += ["--replan", _minutes(plot.replan.total_seconds())]
    words += ["--poll", _minutes(plot.poll.total_seconds())]
    if plot.prices.file:
        words += ["--prices", str(plot.prices.file)]
    return shlex.join(words)


def bill_prices(plot: Plot) -> Rates:
    """What a kWh costs at the meter: the providers' price, else the tariff's, and what the tariff adds."""
    tariff = expand(plot.home.tariff, plot.span)
    energy = tariff.import_energy
    if plot.home.providers:
        energy = energy.overlay(_within(plot.prices.rates, plot.span))
    return energy.plus(tariff.import_adder) if tariff.import_adder.steps else energy


def last_orders(played: Played) -> dict[tuple[ProviderId, EventId], Event]:
    """Every order that was not taken back, in its last version."""
    last: dict[tuple[ProviderId, EventId], Event] = {}
    for notice in played.agenda:
        if not isinstance(notice, Publish):
            last.pop((notice.provider, notice.event_id), None)
        elif not notice.event.of(PayloadType.PRICE):
            last[notice.event.provider, notice.event.id] = notice.event
    return last


def _figures(comparison: Comparison) -> dict[str, Any]:
    """What is compared."""
    routed, baseline = comparison.routed, comparison.baseline
    return {
        "cost": round(routed.cost, 4),
        "baseline_cost": round(baseline.cost, 4),
        "saving": round(comparison.saving, 4),
        "import_kwh": round(routed.import_kwh, 3),
        "baseline_import_kwh": round(baseline.import_kwh, 3),
        "peak_import_w": round(routed.peak_import_w),
        "baseline_peak_import_w": round(baseline.peak_import_w),
        "limit_breaches": _breaches(routed),
        "baseline_limit_breaches": _breaches(baseline),
        "same_service": comparison.same_service,
    }


def _limits(orders: Iterable[Event]) -> Iterator[Limit]:
    """The orders that limit the home's import."""
    for event in orders:
        for payload in event.of(PayloadType.IMPORT_CAPACITY_LIMIT):
            yield Limit(payload.interval, payload.value, provider=event.provider, event_id=event.id)


def _breaches(ledger: Ledger) -> int:
    return sum(kept.controllable_over_wh > CRUMB_WH for kept in ledger.limits)


def _warm(played: Played) -> int:
    """Freezers that left their bounds for longer than a meter can tell."""
    return _outside(played, rooms=False)


def _short_rests(record: HouseRecord) -> int:
    """How often a compressor was started again too soon."""
    return sum(body.short_rests for body in record.temperatures.values())


def _uncomfortable(played: Played) -> int:
    """Rooms that left their comfort range."""
    return _outside(played, rooms=True)


def _outside(played: Played, *, rooms: bool) -> int:
    is_room = {
        profile.id: isinstance(profile.flexibility, DemandFlexibility)
        for profile in played.plot.home.profiles
    }
    bodies = played.record.temperatures.items()
    return sum(body.outside_s > 1.0 for name, body in bodies if is_room[name] is rooms)


def _deadline_misses(record: HouseRecord, played: Played) -> int:
    """Machines that were not done when they were wanted, and cars that left with too little."""
    loads = [act for act in played.script if isinstance(act, Load) and act.ready_by <= record.until]
    cars = sum(left.missing_wh > CRUMB_WH for group in record.departures.values() for left in group)
    return cars + sum(not _was_done(record, act) for act in loads)


def _was_done(record: HouseRecord, act: Load) -> bool:
    return any(
        cycle.loaded_at >= act.at and cycle.finished_at is not None and cycle.finished_at <= act.ready_by
        for cycle in record.cycles.get(act.device_id, ())
    )


def _within(rates: Rates, span: Interval) -> Rates:
    """The part of the rates that touches the span."""
    return Rates(tuple(step for step in rates.steps if step[0].overlap(span)))


def _named(faults: frozenset[Fault]) -> str:
    """The faults as the command line takes them."""
    if not faults or faults == frozenset(Fault):
        return "all" if faults else "none"
    return ",".join(sorted(fault.value for fault in faults))


def _minutes(seconds: float) -> str:
    """A span as the command line takes it."""
    return f"{seconds / 60:.0f}m"
