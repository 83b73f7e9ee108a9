"""The part of the client that asks for the history and for advice."""

from datetime import date

from drrouter.adapters.client_talk import Talk
from drrouter.router.history.advice import AdviceView
from drrouter.router.history.history_views import HistoryView
from drrouter.router.history.spans import Span


class HistoryCalls(Talk):
    """What the home used, and what would save it more."""

    async def history(self, span: Span = Span.DAY, day: date | None = None) -> HistoryView:
        """The day, week, month or year in which a local day lies; today where none is named."""
        view: HistoryView = await self._get(HistoryView, "history", **_query(span, day))
        return view

    async def history_csv(self, span: Span = Span.DAY, day: date | None = None) -> bytes:
        """The same as a table for a spreadsheet."""
        return await self._send("GET", ("history.csv",), query=_query(span, day))

    async def advice(self) -> AdviceView:
        """At most three computed suggestions."""
        view: AdviceView = await self._get(AdviceView, "advice")
        return view


def _query(span: Span, day: date | None) -> dict[str, str]:
    return {"span": span.value} | ({"date": day.isoformat()} if day else {})
