"""A3: a maker's file is planned because it exists, by the optimiser and by the rung below it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from drrouter.config import shipped_tariffs
from drrouter.domain.device import DeviceProfile
from drrouter.domain.flexibility import ProfileFlexibility, StorageFlexibility
from drrouter.domain.ids import DeviceId, ProgrammeId
from drrouter.domain.interval import Interval
from drrouter.domain.wish import CycleWish, LevelWish, Wish
from drrouter.objectmodel import load_catalogue, profile_of
from drrouter.planner import DeviceInput, Problem, greedy, grid_slots, per_slot, plan, verify
from drrouter.tariff import expand, read_tariff

START = datetime(2026, 3, 28, 18, tzinfo=UTC)  # the night to come is an hour shorter
HORIZON = timedelta(hours=24)
READY_BY = START + timedelta(hours=13)

CATALOGUE = load_catalogue()


def runs() -> Iterator[tuple[str, str | None]]:
    """Every model, and of machines every program."""
    for model_id, model in CATALOGUE.items():
        first = model.flexibility[0]
        if first.kind == "profile":
            yield from ((model_id, program.id) for program in first.programs)
        else:
            yield model_id, None


def problem_of(profile: DeviceProfile, program: str | None) -> Problem:
    """A home of this device alone, with a shipped tariff."""
    tariff = read_tariff(shipped_tariffs()["generic.nl_dynamic"].read_bytes(), "nl_dynamic")
    slots = grid_slots(START, HORIZON)
    rates = expand(tariff, Interval(START, slots[-1].end))
    flexibility, wishes = profile.flexibility, tuple[Wish, ...]()
    assert flexibility
    level = None
    if isinstance(flexibility, ProfileFlexibility):
        wishes = (CycleWish(profile.id, ProgrammeId(program or ""), START, READY_BY),)
    if isinstance(flexibility, StorageFlexibility):
        level = flexibility.level_target if flexibility.runs_downwards else 0.0
        if not flexibility.runs_downwards:
            wishes = (LevelWish(profile.id, 10_000.0, READY_BY),)
    return Problem(
        now=START,
        slots=slots,
        import_price=per_slot(rates.import_energy.plus(rates.import_adder), slots, 0.1),
        export_price=per_slot(rates.export_energy, slots, 0.0),
        base_load_w=(300.0,) * len(slots),
        devices=(DeviceInput(profile.id, profile.name, flexibility, level=level, wishes=wishes),),
    )


@pytest.mark.parametrize(("model_id", "program"), list(runs()), ids=lambda part: part or "")
def test_a_model_is_planned_and_misses_nothing(model_id: str, program: str | None) -> None:
    profile = profile_of(CATALOGUE[model_id], DeviceId("device"), "Device")
    problem = problem_of(profile, program)
    for made in (plan(problem), greedy(problem)):
        assert list(verify(made, problem)) == []
        assert made.misses == ()
        if program:
            cycle = made.cycle_of(profile.id)
            assert cycle
            assert cycle.programme_id == program
            assert cycle.end <= READY_BY
        else:
            assert sum(made.power_w[profile.id]) > 0
