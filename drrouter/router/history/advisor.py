"""Gathers what tips are computed from: four weeks of the history, the plan in force, what is only watched."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from drrouter.domain.interval import Interval, floor_to
from drrouter.domain.tariff_terms import PeakTerm
from drrouter.router.history.advice import MOST_DAYS, AdviceView, Facts, PeakCount, advise
from drrouter.router.kinds import Kind, kind_of
from drrouter.tariff.metering import Quarter

if TYPE_CHECKING:
    from drrouter.router.core import Router

_COULD_BE_STEERED = frozenset({Kind.MACHINE, Kind.CAR, Kind.COLD, Kind.WARM, Kind.LOAD})


async def advice_of(router: Router) -> AdviceView:
    """The best tips for this home.

    Raises:
        StoreError: the history cannot be read.
    """
    almanac, today = router.almanac, router.almanac.today()
    days = [today - timedelta(days=back) for back in range(MOST_DAYS, 0, -1)]
    seats, plan = router.registry.seats, router.book.plan
    kinds = {name: kind_of(seat.profile) for name, seat in seats.items()}
    facts = Facts(
        zone=router.settings.zone,
        currency=router.steering.timeline.currency,
        costs=[await almanac.costs(day) for day in days],
        records=await almanac.records(days[0], days[-1]),
        names={name: seat.profile.name for name, seat in seats.items()},
        explanations=plan.explanations if plan else (),
        watched=frozenset(
            name for name, seat in seats.items() if seat.watched and kinds[name] in _COULD_BE_STEERED
        ),
        machines=frozenset(name for name, kind in kinds.items() if kind is Kind.MACHINE),
        peak=_peak_of(router),
    )
    return advise(facts)


def _peak_of(router: Router) -> PeakCount | None:
    """What the tariff's price for the highest import has counted this month; None where it has none."""
    now, quarters = router.clock.now(), router.watchman.counted.quarters()
    terms = router.site.terms(Interval(now, now + timedelta(hours=1)), quarters)
    counts = [peak_count(term, quarters, now, router.settings.zone) for term in terms.peaks]
    return next((count for count in counts if count), None)


def peak_count(
    term: PeakTerm, quarters: tuple[Quarter, ...], now: datetime, zone: ZoneInfo
) -> PeakCount | None:
    """The two highest days of the month.

    Interpretation: prices by steps, by the mean of several days, or in windows alone are left to the planner;
    of them no single day can be named.
    """
    if term.price_per_kw <= 0 or term.highest != 1 or term.windows:
        return None
    month, means = now.astimezone(zone).strftime("%Y-%m"), dict[datetime, float]()
    for one in quarters:
        if one.interval.start.astimezone(zone).strftime("%Y-%m") == month:
            start = floor_to(one.interval.start, term.averaging)
            means[start] = means.get(start, 0.0) + one.import_kwh / (term.averaging / timedelta(hours=1))
    highest = dict[str, float]()
    for start, kw in means.items():
        day = start.astimezone(zone).date().isoformat()
        highest[day] = max(highest.get(day, 0.0), kw)
    best = sorted(highest.values(), reverse=True)
    if len(best) < 2:
        return None
    return PeakCount(best[0], min(max(best[1], term.minimum_kw), best[0]), term.price_per_kw)
