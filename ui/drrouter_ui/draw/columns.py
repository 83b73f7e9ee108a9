"""Cuts the plan into the columns of a chart: what each device draws, the price, and what events allow.

Instants stay in UTC here, so that days of 23 and 25 hours have as many columns as they have hours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Scope
from drrouter.domain.plan import Plan
from drrouter.domain.timeline import Timeline
from drrouter.domain.words import clean, power
from drrouter_ui.seen import Seen

_STEPS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 15, 20, 30, 60, 120, 240))
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
    ids = [view.profile.id for _, view in shown]
    columns = (_column(span, plan, ids, seen.timeline) for span in spans)
    return Picture((Layer("base load", _BASE_LETTER), *layers), tuple(columns), marks)


def _hour_of(seen: Seen) -> datetime:
    """The full local hour at or before now; zones may lie half hours apart."""
    local = seen.status.now.astimezone(seen.local.zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return seen.status.now - past


def _step(horizon: timedelta, width: int) -> timedelta:
    """The finest step that shows most of a day, or of the plan where that is shorter."""
    wanted = min(horizon, _DAY) * _MOST
    return next((step for step in _STEPS if step * width >= wanted), _STEPS[-1])


def _column(span: Interval, plan: Plan, ids: Sequence[DeviceId], timeline: Timeline) -> Column:
    loads_w = [_mean(span, plan, plan.power_w[device_id]) or 0.0 for device_id in ids]
    grid_w = _mean(span, plan, plan.grid_w) or 0.0
    published = timeline.import_price.mean(span)
    price = _mean(span, plan, plan.marginal_price) if published is None else published
    stack = (max(grid_w - sum(loads_w), 0.0), *(max(load_w, 0.0) for load_w in loads_w))
    return Column(span, stack, price, published is not None, _at_most_w(span, timeline))


def _mean(span: Interval, plan: Plan, values: Sequence[float]) -> float | None:
    """The mean over the part of the span that the plan covers, None where it covers none."""
    shares = [(slot.overlap_hours(span), value) for slot, value in zip(plan.slots, values, strict=False)]
    hours = sum(share for share, _ in shares)
    return sum(share * value for share, value in shares) / hours if hours else None


def _at_most_w(span: Interval, timeline: Timeline) -> float | None:
    """The tightest limit of the site."""
    limits = [limit for limit in timeline.limits if limit.scope is Scope.SITE]
    return min((limit.effective_w for limit in limits if limit.interval.overlap(span)), default=None)


def _marks(timeline: Timeline, shown: Interval) -> Iterable[Mark]:
    """Events in the order of their starts; neighbours with one label are one."""
    marks = [
        Mark(limit.interval, f"limit {power(limit.effective_w)}{_whose(limit.members)}")
        for limit in timeline.limits
    ]
    marks += [Mark(shed.interval, f"shed {shed.value:g}{_whose(shed.members)}") for shed in timeline.sheds]
    marks += [Mark(alert.interval, "emergency") for alert in timeline.alerts]
    return sorted((mark for mark in marks if mark.span.overlap(shown)), key=lambda mark: mark.span)


def _whose(members: Sequence[DeviceId]) -> str:
    return f" for {clean(', '.join(members), 30)}" if members else ""


def _letters(names: Sequence[str]) -> list[str]:
    """A letter for each name, its own first where that is free; all names differ as far as letters go."""
    taken: list[str] = []
    for name in names:
        wishes = [sign.upper() for sign in name if sign.isascii() and sign.isalnum()]
        spare = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        taken.append(next((sign for sign in (*wishes, *spare) if sign not in taken), "+"))
    return taken
