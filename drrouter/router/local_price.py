"""What an additional kWh costs in this home, and what may be drawn, for devices that decide for themselves.

    price     the retail price with all its fees (tariff and providers), plus what its CO2 is worth here
    ghg       its CO2, in g/kWh, beside the price
    limits    of the site for everybody, of devices for those devices alone

Source: OpenADR 3.1, Definition, "Local Scenarios": the local price is retail price plus GHG burden.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol

from drrouter.domain.event import PayloadType
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Scope
from drrouter.domain.rates import Rates
from drrouter.domain.timeline import Timeline
from drrouter.ports import Clock

AHEAD = timedelta(hours=24)
LOOKS_EVERY = timedelta(minutes=1)
"""How soon a price or a limit that a provider changes meanwhile is told."""

Steps = tuple[tuple[Interval, float], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One thing that is told: values one after another.

    Attributes:
        kind: PRICE (money per kWh), GHG (g/kWh) or IMPORT_CAPACITY_LIMIT (W).
        currency: of a price.
        members: the devices for which it is meant; empty: all.
    """

    kind: PayloadType
    steps: Steps
    currency: str = ""
    members: tuple[DeviceId, ...] = ()


class Board(Protocol):
    """Where devices of the home read it."""

    async def publish(self, series: Sequence[Series]) -> None:
        """Show exactly these from now on; what was shown and is not among them is taken down."""
        ...


def local_series(timeline: Timeline, now: datetime, co2_price_per_kg: float = 0.0) -> tuple[Series, ...]:
    """All that is told at an instant.

    A step that holds now is told from its own start, so that what is told does not change with every look.
    """
    until = now + AHEAD
    burden = _priced(timeline, now, until, co2_price_per_kg)
    told = [Series(PayloadType.PRICE, burden, timeline.currency)] if burden else []
    ghg = tuple(_within(timeline.co2_g_per_kwh.steps, now, until))
    told += [Series(PayloadType.GHG, ghg)] if ghg else []
    for members in dict.fromkeys(_bound(timeline)):
        steps = _tightest(timeline, members, now, until)
        told += [Series(PayloadType.IMPORT_CAPACITY_LIMIT, steps, members=members)] if steps else []
    return tuple(told)


class LocalPrice:
    """Keeps a board up to date; run it as one supervised task."""

    def __init__(
        self, timeline: Callable[[], Timeline], board: Board, clock: Clock, co2_price_per_kg: float = 0.0
    ) -> None:
        """``timeline`` gives what holds now; it must not wait."""
        self._timeline, self._board, self._clock = timeline, board, clock
        self._co2_price_per_kg = co2_price_per_kg
        self._told: tuple[Series, ...] | None = None

    async def run(self) -> None:
        """Tell every change, for ever; all of it at first, because the board may have been emptied."""
        self._told = None
        while True:
            now = self._clock.now()
            series = local_series(self._timeline(), now, self._co2_price_per_kg)
            if series != self._told:
                await self._board.publish(series)
                self._told = series
            edges = [interval.end for one in series for interval, _ in one.steps if interval.end > now]
            await self._clock.sleep_until(min([now + LOOKS_EVERY, *edges]))


def _within(steps: Steps, start: datetime, end: datetime) -> Iterator[tuple[Interval, float]]:
    """The whole steps that touch a span."""
    return ((step, value) for step, value in steps if step.end > start and step.start < end)


def _priced(timeline: Timeline, start: datetime, end: datetime, co2_price_per_kg: float) -> Steps:
    """The price plus the worth of its CO2; where that is not known, the price alone."""
    told: list[tuple[Interval, float]] = []
    for step, per_kwh in _within(timeline.import_price.steps, start, end):
        for part in _cut(step, timeline.co2_g_per_kwh) if co2_price_per_kg else (step,):
            grams = timeline.co2_g_per_kwh.at(part.start) or 0.0
            if part.end > start:
                told.append((part, round(per_kwh + grams / 1000 * co2_price_per_kg, 6)))
    return tuple(told)


def _cut(step: Interval, rates: Rates) -> Iterator[Interval]:
    """A step cut where the rates change."""
    edges = {edge for one, _ in rates.steps for edge in (one.start, one.end) if step.start < edge < step.end}
    cuts = [step.start, *sorted(edges), step.end]
    return (Interval(a, b) for a, b in pairwise(cuts))


def _bound(timeline: Timeline) -> Iterator[tuple[DeviceId, ...]]:
    """For whom there are limits: everybody, or some devices; those of lines are the router's own affair."""
    for limit in timeline.limits:
        if limit.scope is Scope.SITE:
            yield ()
        elif limit.members and limit.line is None:
            yield limit.members


def _tightest(timeline: Timeline, members: tuple[DeviceId, ...], start: datetime, end: datetime) -> Steps:
    """The tightest limit of these members at each instant."""
    limits = [
        limit
        for limit in timeline.limits
        if (limit.members if limit.scope is not Scope.SITE else ()) == members and limit.line is None
    ]
    spans = list(_within(tuple((one.interval, one.effective_w) for one in limits), start, end))
    cuts = sorted({edge for span, _ in spans for edge in (span.start, span.end)})
    told: list[tuple[Interval, float]] = []
    for left, right in pairwise(cuts):
        held = [watts for span, watts in spans if span.holds(left)]
        if held and right > start:
            told.append((Interval(left, right), min(held)))
    return tuple(told)
