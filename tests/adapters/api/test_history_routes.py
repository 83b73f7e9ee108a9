"""The history and the advice over the local API, as views and as a table."""

from datetime import date

import pytest

from drrouter.adapters.api import Role
from drrouter.adapters.api.route import PREFIX
from drrouter.adapters.client import DrClient
from drrouter.router.history.sheet import sheet_of
from drrouter.router.history.spans import Span
from tests.adapters.api.conftest import Served
from tests.adapters.api.memory_history import a_history, some_advice

DAY = date(2026, 11, 27)


@pytest.mark.parametrize("span", list(Span))
async def test_the_client_reads_the_history_as_the_router_has_it(served: Served, span: Span) -> None:
    async with DrClient(served.api.url, served.secrets[Role.RESIDENT], served.clock) as client:
        assert await client.history(span, DAY) == a_history(span, DAY)
        assert (await client.history_csv(span, DAY)).decode() == sheet_of(a_history(span, DAY))
        assert await client.history() == a_history(Span.DAY, date(2026, 6, 1))
        assert await client.advice() == some_advice()


async def test_the_table_is_saved_and_never_shown_as_a_page(served: Served) -> None:
    url = f"{served.api.url}{PREFIX}/history.csv?span=month&date=2026-11-27"
    async with served.session.get(url, headers=served.bearer(Role.OWNER)) as answer:
        assert answer.content_type == "text/csv"
        named = answer.headers["Content-Disposition"]
        assert named == 'attachment; filename="drrouter-month-2026-11-01.csv"'


@pytest.mark.parametrize(
    "query",
    ["span=decade", "date=tomorrow", "date=1820-01-01", "date=2026-02-30", "span=day&span=week", "x=1"],
)
async def test_what_is_no_span_and_no_day_is_refused(served: Served, query: str) -> None:
    status, problem = await served.ask("GET", f"/history?{query}")
    assert status == 400
    assert problem["type"].startswith("urn:drrouter:problem:")
