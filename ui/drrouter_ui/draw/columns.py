"""Cuts the plan into the columns of a chart: what each device draws, the price, and what events allow.

Instants stay in UTC here, so that days of 23 and 25 hours have as many columns as they have hours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Scope
from drrouter.domain.plan import DataRung, Plan
from drrouter.domain.timeline import Timeline
from drrouter.domain.words import clean
from drrouter_ui.seen import Seen
from drrouter_ui.words import number, power, t

_STEPS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 15, 20, 30, 60, 120, 240))
_HOUR = timedelta(hours=1)
_DAY, _MOST = timedelta(days=1), 0.9
_BASE_LETTER = ":"


@dataclass(frozen=True, slots=True)
class Layer:
    """A load of the stack; ``number`` is the device's place in the home file, None for the base load."""

    name: str
    letter: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """An event that the chart shows."""

    span: Interval
    label: str


@dataclass(frozen=True, slots=True)
class Column:
    """One step of time.

    Attributes:
        loads_w: mean power per layer, from the bottom up.
        price: None where nothing is known and nothing was assumed.
        published: whether the price was sent by a provider or stands in a tariff, rather than assumed.
        at_most_w: what events allow the site, None without such an event.
    """

    span: Interval
    loads_w: tuple[float, ...]
    price: float | None
    published: bool
    at_most_w: float | None


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the chart shows."""

    layers: tuple[Layer, ...]
    columns: tuple[Column, ...]
    marks: tuple[Mark, ...]

    @property
    def highest_w(self) -> float:
        """The top of the highest stack."""
        return max((sum(column.loads_w) for column in self.columns), default=0.0)


def picture(seen: Seen, plan: Plan, width: int) -> Picture:
    """The plan over the next day or more, in at most ``width`` columns, from the present hour on."""
    begin = _hour_of(seen)
    step = _step(plan.slots[-1].end - begin, width)
    starts = [begin + step * number for number in range(width)]
    spans = [Interval(start, start + step) for start in starts if start < plan.slots[-1].end]
    marks = tuple(_marks(seen.timeline, Interval(begin, starts[-1] + step)))
    shown = [(number, view) for number, view in enumerate(seen.devices) if view.profile.id in plan.power_w]
    letters = _letters([clean(view.profile.name) for view in seen.devices])
    layers = [Layer(clean(view.profile.name, 24), letters[number], number) for number, view in shown]
    loads_w = [plan.power_w[view.profile.id] for _, view in shown]
    columns = _columns(spans, plan, loads_w, seen)
    return Picture((Layer(t("tui.chart.base"), _BASE_LETTER), *layers), columns, marks)


def _hour_of(seen: Seen) -> datetime:
    """The full local hour at or before now; zones may lie half hours apart."""
    local = seen.status.now.astimezone(seen.local.zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return seen.status.now - past


def _step(horizon: timedelta, width: int) -> timedelta:
    """The finest step that shows most of a day, or of the plan where that is shorter."""
    wanted = min(horizon, _DAY) * _MOST
    return next((step for step in _STEPS if step * width >= wanted), _STEPS[-1])


def _columns(
    spans: Sequence[Interval], plan: Plan, loads_w: Sequence[Sequence[float]], seen: Seen
) -> tuple[Column, ...]:
    timeline, until = seen.timeline, seen.status.prices_until
    stacks = [_means(spans, plan.slots, load_w) for load_w in loads_w]
    grid_w = _means(spans, plan.slots, plan.grid_w)
    assumed = _means(spans, plan.slots, plan.marginal_price)
    steps = timeline.import_price.steps
    published = _means(spans, [step for step, _ in steps], [price for _, price in steps])
    trusted = plan.data_rung is not DataRung.BEST_PRACTICE
    made = []
    for place, span in enumerate(spans):
        loads = [max(stack[place] or 0.0, 0.0) for stack in stacks]
        base_w = max((grid_w[place] or 0.0) - sum(loads), 0.0)
        known = published[place]
        price = assumed[place] if known is None else known
        sent = trusted and known is not None and (until is None or span.start < until)
        made.append(Column(span, (base_w, *loads), price, sent, _at_most_w(span, timeline)))
    return tuple(made)


def _means(
    spans: Sequence[Interval], steps: Sequence[Interval], values: Sequence[float]
) -> list[float | None]:
    """The mean over each span, as far as steps cover it, None where none does; both ascend, so one pass."""
    means: list[float | None] = []
    first = 0
    for span in spans:
        while first < len(steps) and steps[first].end <= span.start:
            first += 1
        hours = total = 0.0
        for place in range(first, min(len(steps), len(values))):
            if steps[place].start >= span.end:
                break
            share = (min(steps[place].end, span.end) - max(steps[place].start, span.start)) / _HOUR
            hours, total = hours + share, total + share * values[place]
        means.append(total / hours if hours else None)
    return means


def _at_most_w(span: Interval, timeline: Timeline) -> float | None:
    """The tightest limit of the site."""
    limits = [limit for limit in timeline.limits if limit.scope is Scope.SITE]
    return min((limit.effective_w for limit in limits if limit.interval.overlap(span)), default=None)


def _marks(timeline: Timeline, shown: Interval) -> Iterable[Mark]:
    """Events in the order of their starts; neighbours with one label are one."""
    marks = [
        Mark(limit.interval, t("tui.chart.limit", power=power(limit.effective_w)) + _whose(limit.members))
        for limit in timeline.limits
    ]
    marks += [
        Mark(shed.interval, t("tui.chart.shed", level=number(shed.value)) + _whose(shed.members))
        for shed in timeline.sheds
    ]
    marks += [Mark(alert.interval, t("tui.chart.emergency")) for alert in timeline.alerts]
    return sorted((mark for mark in marks if mark.span.overlap(shown)), key=lambda mark: mark.span)


def _whose(members: Sequence[DeviceId]) -> str:
    return t("tui.chart.whose", names=clean(", ".join(members), 30)) if members else ""


def _letters(names: Sequence[str]) -> list[str]:
    """A letter for each name, its own first where that is free; all names differ as far as letters go."""
    taken: list[str] = []
    for name in names:
        wishes = [sign.upper() for sign in name if sign.isascii() and sign.isalnum()]
        spare = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        taken.append(next((sign for sign in (*wishes, *spare) if sign not in taken), "+"))
    return taken
