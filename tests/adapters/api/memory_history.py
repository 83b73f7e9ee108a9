"""A history and advice out of nothing, for tests of the local API and of its clients."""

from datetime import date
from zoneinfo import ZoneInfo

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.history import BaselineMethod
from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import Reason
from drrouter.router.history.advice import AdviceView, Tip
from drrouter.router.history.figures import Figures
from drrouter.router.history.history_views import BarView, HistoryView, UsedView, UseView
from drrouter.router.history.spans import Span, days_of, span_of

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CAR, HOSTILE = DeviceId("car"), "<script>alert(1)</script>\x1b[31m\u202e[bold]"


def a_history(span: Span, day: date) -> HistoryView:
    """One bar, a car with a hostile name, and what is drawn beside it."""
    days = days_of(span, day)
    bounds = span_of(days, AMSTERDAM)
    used = Figures(800.0, 0.0, 0.16, 90.0, 0.05, 12.0, 0.0, 0.5)
    beside = UsedView(None, "", BaselineMethod.AS_IT_WAS, Figures(100.0))
    return HistoryView(
        span=span,
        first=days.first,
        last=days.last,
        start=bounds.start,
        end=bounds.end,
        time_zone=AMSTERDAM.key,
        currency="EUR",
        metered=True,
        home=used,
        devices=(UsedView(CAR, HOSTILE, BaselineMethod.AT_ARRIVAL, used), beside),
        bars=(BarView(bounds.start, bounds.end, used, (UseView(CAR, used), UseView(None, Figures(100.0)))),),
    )


def some_advice() -> AdviceView:
    """One tip."""
    values: dict[str, float | str] = {"watts": 210.0, "kwh": 151.2, "cost": 40.0, "saving": 10.0}
    tip = Tip(Reason("advice.always_on", values), f"210 W are always on, says {HOSTILE}.", 10.0)
    return AdviceView(9, "EUR", (tip,))


class MemoryHistory:
    """The part of ``MemoryRouter`` that knows what was."""

    clock: SimulatedClock

    async def history(self, span: Span, day: date | None = None) -> HistoryView:
        return a_history(span, day or self.clock.now().date())

    async def advice(self) -> AdviceView:
        return some_advice()
