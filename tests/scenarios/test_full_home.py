"""The full home: a device of every integration is found in time with a proposal, planned, and missed."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from time import monotonic

import pytest

from drrouter.adapters.devices.table import TRANSPORTS
from drrouter.domain.device import Presence
from drrouter.router.viewed import FoundView
from drrouter.sim.full.pieces import PIECES
from drrouter.sim.full.run import completed
from drrouter.sim.full.stage import FullStage, set_stage

LISTED_WITHIN_S = 10.0
"""Requirement A2: a device that appears is listed within ten seconds."""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[FullStage]:
    async with set_stage(tmp_path, PIECES, 0) as made:
        yield made


async def until(stage: FullStage, holds: Callable[[dict[str, FoundView]], bool]) -> dict[str, FoundView]:
    """What was found, by device, once that holds."""
    while True:
        found = {view.device_id: view for view in await stage.client.discovered() if view.device_id}
        if holds({str(name): view for name, view in found.items()}):
            return {str(name): view for name, view in found.items()}
        await stage.client.status()


def test_there_is_a_device_of_every_integration() -> None:
    assert {piece.domain for piece in PIECES} == TRANSPORTS.keys()


@pytest.mark.timeout(180)
async def test_every_device_is_listed_within_ten_seconds_with_a_proposed_model_and_planned(
    stage: FullStage,
) -> None:
    began = monotonic()
    names = {piece.device_id for piece in PIECES}
    found = await until(stage, lambda found: found.keys() == names)
    assert monotonic() - began < LISTED_WITHIN_S
    assert {name: view.proposed_id for name, view in found.items() if not view.proposed_id} == {}
    assert all(0 < (view.confidence or 0) <= 1 for view in found.values())
    census = await completed(stage)
    assert (census.missing, census.unplanned) == ((), ())


@pytest.mark.timeout(180)
async def test_a_device_that_is_unplugged_is_shown_as_gone_within_its_stated_time(stage: FullStage) -> None:
    names = ("freezer", "washer", "meter", "refrigerator", "dryer")
    await until(stage, lambda found: all(_is(found, name, Presence.PRESENT) for name in names))
    for name in names:
        began = monotonic()
        await stage.wires[name].aclose()
        found = await until(stage, partial(_is, name=name, presence=Presence.GONE))
        stated_s, seconds = found[name].gone_after_s, monotonic() - began
        print(f"{name}: shown as gone after {seconds:.1f} s, stated are {stated_s} s")
        assert stated_s is not None
        assert seconds <= stated_s


def _is(found: dict[str, FoundView], name: str, presence: Presence) -> bool:
    return name in found and found[name].presence is presence
