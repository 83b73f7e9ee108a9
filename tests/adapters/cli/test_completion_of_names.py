"""Names that the router knows are offered by a real shell's question, and nothing where no router answers."""

import pytest

from tests.adapters.api.conftest import Served
from tests.adapters.cli.conftest import Run

OFFERED = [
    ("drrouter why ", {"washer", "freezer", "car"}),
    ("drrouter why wa", {"washer"}),
    ("drrouter hand-over fr", {"freezer"}),
    ("drrouter opt-out --device c", {"car"}),
    ("drrouter opt-out --provider ", {"grid", "retailer"}),
    ("drrouter provider leave g", {"grid"}),
    ("drrouter options washer --programme ", {"eco"}),
    ("drrouter journal wa", {"washer"}),
    ("drrouter opt-out ", {"e1"}),
    ("drrouter opt-in ", set()),
    ("drrouter people remove ", set()),
    ("drrouter data get ", set()),
    ("drrouter setup remove ", set()),
    ("drrouter tariff show ontario.to", {"ontario.tou_2024"}),
    ("drrouter status --language d", {"de"}),
    ("drrouter schema tar", {"tariff"}),
]


@pytest.mark.parametrize(
    ("line", "names"), OFFERED, ids=lambda value: value if isinstance(value, str) else ""
)
async def test_a_shell_is_offered_what_the_router_knows(
    served: Served, run: Run, monkeypatch: pytest.MonkeyPatch, line: str, names: set[str]
) -> None:
    assert await offered(run, monkeypatch, line) == names


async def test_where_no_router_answers_nothing_is_offered_and_nothing_said(
    served: Served, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRROUTER_URL", "http://127.0.0.1:1")
    assert await offered(run, monkeypatch, "drrouter why ") == set()


async def offered(run: Run, monkeypatch: pytest.MonkeyPatch, line: str) -> set[str]:
    """What bash is told when it asks for the last word."""
    monkeypatch.setenv("_DRROUTER_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
    said = await run()
    assert said.err == ""
    return set(said.out.split())
