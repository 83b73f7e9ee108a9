"""The verb that parts with a provider says what became of it, and by its exit code whether all of it did."""

from drrouter.cli.exits import DEGRADED, USAGE
from tests.adapters.api.conftest import Served
from tests.adapters.cli.conftest import Run


async def test_a_provider_is_left_and_told_how(run: Run) -> None:
    said = await run("provider", "leave", "grid")
    assert said.code == 0
    words = " ".join(said.err.split())
    assert "grid is left: 3 of its events ended, 2 messages were still delivered, 0 were let go." in words
    assert "It has forgotten this home." in words


async def test_what_it_did_not_take_is_said(served: Served, run: Run) -> None:
    served.router.let_go = 1
    said = await run("provider", "leave", "grid")
    assert said.code == DEGRADED
    assert "It may still know this home." in " ".join(said.err.split())


async def test_a_stranger_cannot_be_left(run: Run) -> None:
    said = await run("provider", "leave", "nobody")
    assert said.code == USAGE
    assert "There is: grid" in said.out + said.err
