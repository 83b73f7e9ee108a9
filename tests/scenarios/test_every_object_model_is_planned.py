"""A3: a maker's file is planned because it exists, by the optimiser and by the rung below it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from drrouter.config import shipped_tariffs
from drrouter.domain.device import DeviceProfile
from drrouter.domain.flexibility import (
    EnvelopeFlexibility,
    PlannedFlexibility,
    ProfileFlexibility,
    StorageFlexibility,
)
from drrouter.domain.ids import DeviceId, ProgrammeId
from drrouter.domain.interval import Interval
from drrouter.domain.plan import Plan
from drrouter.domain.wish import CycleWish, LevelWish, Wish
from drrouter.objectmodel import load_catalogue, profile_of
from drrouter.objectmodel.document import BARE
from drrouter.planner import DeviceInput, Problem, greedy, grid_slots, per_slot, plan, verify
from drrouter.sim.appliances.inverter import clear_day
from drrouter.tariff import expand, read_tariff

START = datetime(2026, 3, 28, 18, tzinfo=UTC)  # the night to come is an hour shorter
HORIZON = timedelta(hours=24)
READY_BY = START + timedelta(hours=13)

CATALOGUE = load_catalogue()
BARE_MODELS = [model_id for model_id, model in CATALOGUE.items() if not model.flexibility]


def runs() -> Iterator[tuple[str, str, str | None]]:
    """Every form of every model, and of machines every program."""
    for model_id, model in CATALOGUE.items():
        for form in model.flexibility:
            if form.kind == "profile":
                yield from ((model_id, form.key, program.id) for program in form.programs)
            else:
                yield model_id, form.key, None


def is_car(flexibility: PlannedFlexibility) -> bool:
    return isinstance(flexibility, StorageFlexibility) and (flexibility.unit, flexibility.discharge) == (
        "Wh",
        None,
    )


def level_of(flexibility: PlannedFlexibility) -> float | None:
    """What keeps a temperature stands at its target, a car is empty, a battery half full."""
    if not isinstance(flexibility, StorageFlexibility):
        return None
    if flexibility.unit != "Wh":
        return flexibility.level_target
    return (
        flexibility.level_min if is_car(flexibility) else (flexibility.level_min + flexibility.level_max) / 2
    )


def wishes_of(
    profile: DeviceProfile, flexibility: PlannedFlexibility, program: str | None
) -> tuple[Wish, ...]:
    if isinstance(flexibility, ProfileFlexibility):
        return (CycleWish(profile.id, ProgrammeId(program or ""), START, READY_BY),)
    return (LevelWish(profile.id, 10_000.0, READY_BY),) if is_car(flexibility) else ()


def problem_of(profile: DeviceProfile, program: str | None) -> Problem:
    """A home of this device alone, with a shipped tariff."""
    tariff = read_tariff(shipped_tariffs()["generic.nl_dynamic"].read_bytes(), "nl_dynamic")
    slots = grid_slots(START, HORIZON)
    rates = expand(tariff, Interval(START, slots[-1].end))
    flexibility, sun_w = profile.flexibility, tuple[float, ...]()
    assert flexibility
    if isinstance(flexibility, EnvelopeFlexibility):
        sun_w = tuple(clear_day(slot.start) * flexibility.rated_power_w for slot in slots)
    device = DeviceInput(
        profile.id,
        profile.name,
        flexibility,
        level=level_of(flexibility),
        wishes=wishes_of(profile, flexibility, program),
        lines=profile.lines,
        may_discharge=True,
        sun_w=sun_w,
    )
    return Problem(
        now=START,
        slots=slots,
        import_price=per_slot(rates.import_energy.plus(rates.import_adder), slots, 0.1),
        export_price=per_slot(rates.export_energy, slots, 0.0),
        base_load_w=(300.0,) * len(slots),
        devices=(device,),
    )


@pytest.mark.parametrize(("model_id", "form", "program"), list(runs()), ids=lambda part: part or "")
def test_a_model_is_planned_and_misses_nothing(model_id: str, form: str, program: str | None) -> None:
    profile = profile_of(CATALOGUE[model_id], DeviceId("device"), "Device", choice=form)
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
            assert_used(profile, made)


def assert_used(profile: DeviceProfile, made: Plan) -> None:
    """It draws, or gives where it is a generator; a battery may rest where the prices are even."""
    total = sum(made.power_w[profile.id])
    flexibility = profile.flexibility
    if isinstance(flexibility, EnvelopeFlexibility):
        assert total < 0
    elif not (isinstance(flexibility, StorageFlexibility) and flexibility.discharge):
        assert total > 0


@pytest.mark.parametrize("model_id", BARE_MODELS)
def test_a_model_that_can_do_nothing_differently_is_of_what_measures_or_switches(model_id: str) -> None:
    assert CATALOGUE[model_id].identity.device_class in BARE
    assert profile_of(CATALOGUE[model_id], DeviceId("device"), "Device").flexibility is None
