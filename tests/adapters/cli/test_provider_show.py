"""Providers side by side in a terminal."""

from tests.adapters.api.conftest import Served
from tests.adapters.cli.conftest import Run


async def test_providers_stand_side_by_side_and_each_conflict_once(served: Served, run: Run) -> None:
    said = await run("providers")
    assert said.code == 0
    for words in ("grid", "network", "limits", "retailer", "all", "nothing"):
        assert words in said.out
    told = said.out + said.err
    assert told.count("grid holds.") == 1
    assert "retailer sent what it may not send: IMPORT_CAPACITY_LIMIT" in told
    assert "\x1b]" not in told
    assert served.router.providers()[0].in_force[0] not in told
