"""Routes of the history: what the home used and what that cost, as views and as a table; and advice."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator

from drrouter.adapters.api.requests import StrictBody
from drrouter.adapters.api.roles import PEOPLE
from drrouter.adapters.api.route import Call, Download, Route, route
from drrouter.router.history.advice import AdviceView
from drrouter.router.history.history_views import HistoryView
from drrouter.router.history.sheet import sheet_of
from drrouter.router.history.spans import Span


def _of_our_time(day: date) -> date:
    """A day on which appliances run; others are refused."""
    if not 2000 <= day.year < 2200:
        raise ValueError("the year should be between 2000 and 2199")
    return day


Day = Annotated[date, AfterValidator(_of_our_time)]


class HistoryQuery(StrictBody):
    """The day, week, month or year in which a local day lies; today where none is named."""

    span: Span = Span.DAY
    date: Day | None = None


@route("GET", "/history", PEOPLE, answer=HistoryView, query=HistoryQuery)
async def history(call: Call) -> HistoryView:
    """Energy, cost, CO2 and saving of a day, a week, a month or a year, device by device."""
    return await call.router.history(call.query.span, call.query.date)


@route("GET", "/history.csv", PEOPLE, answer=Download, query=HistoryQuery)
async def history_csv(call: Call) -> Download:
    """The same as a table for a spreadsheet."""
    view = await call.router.history(call.query.span, call.query.date)
    name = f"drrouter-{view.span}-{view.first.isoformat()}.csv"
    return Download(sheet_of(view).encode(), "text/csv", name, 1)


@route("GET", "/advice", PEOPLE, answer=AdviceView)
async def advice(call: Call) -> AdviceView:
    """At most three computed suggestions, each with its saving a month."""
    return await call.router.advice()


HISTORY_ROUTES: tuple[Route, ...] = (history, history_csv, advice)
