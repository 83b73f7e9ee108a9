"""A3: the twin of a maker's file lives a day in the simulated house, and does what its plan says.

The plan is made for the file alone; its twin is told slot by slot what the plan wants, as the router would.
"""

from datetime import datetime, timedelta

import pytest

from drrouter.domain.device import DeviceProfile
from drrouter.domain.flexibility import ModesFlexibility, PlannedFlexibility, StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import Plan
from drrouter.objectmodel import profile_of
from drrouter.objectmodel.programs import Profile
from drrouter.planner import Problem, plan
from drrouter.sim.appliances import (
    Appliance,
    Battery,
    Car,
    CycleMachine,
    Hvac,
    Inverter,
    ModeMachine,
    Still,
    Thermal,
    appliance_for,
)
from tests.scenarios.test_every_object_model_is_planned import (
    BARE_MODELS,
    CATALOGUE,
    START,
    level_of,
    problem_of,
    runs,
)

DAY = timedelta(days=1)


def twin_of(model_id: str, form: str | None) -> Appliance:
    """The appliance that the file describes, made as the simulated house makes it."""
    profile = profile_of(CATALOGUE[model_id], DeviceId("device"), "Device", choice=form)
    stated = next((one for one in CATALOGUE[model_id].flexibility if one.key == form), None)
    return appliance_for(
        profile.flexibility,
        START,
        level=level_of(profile.flexibility) if profile.flexibility else None,
        thermostat=profile.binding.thermostat,
        resumes=isinstance(stated, Profile) and stated.resumes_after_power_cut,
        supplied=True,
    )


def obey(twin: Appliance, flexibility: PlannedFlexibility, made: Plan, at: datetime, power_w: float) -> None:
    """Tell the twin what the plan wants in this slot."""
    match twin:
        case Battery() | Car():
            twin.set_power(power_w)
        case Inverter():
            twin.set_limit(-power_w)
        case ModeMachine():
            assert isinstance(flexibility, ModesFlexibility)
            twin.set_mode(nearest_mode(flexibility, power_w))


def nearest_mode(flexibility: ModesFlexibility, power_w: float) -> int:
    numbers = range(len(flexibility.modes))
    return min(numbers, key=lambda number: abs(flexibility.modes[number].power_w - power_w))


def lived(twin: Appliance, profile: DeviceProfile, problem: Problem, made: Plan) -> float:
    """Live through the plan; the energy planned, in Wh."""
    assert profile.flexibility
    for slot, power_w in zip(made.slots, made.power_w[profile.id], strict=True):
        obey(twin, profile.flexibility, made, slot.start, power_w)
        twin.advance(slot.end)
    return sum(
        power_w * slot.hours for slot, power_w in zip(problem.slots, made.power_w[profile.id], strict=True)
    )


@pytest.mark.parametrize(("model_id", "form", "program"), list(runs()), ids=lambda part: part or "")
def test_the_twin_of_a_model_lives_a_day_and_does_what_its_plan_says(
    model_id: str, form: str, program: str | None
) -> None:
    profile = profile_of(CATALOGUE[model_id], DeviceId("device"), "Device", choice=form)
    problem, twin = problem_of(profile, program), twin_of(model_id, form)
    if isinstance(twin, CycleMachine):
        assert_runs_its_program(twin, profile, program or "")
    elif isinstance(twin, Thermal):
        assert_keeps_its_range(twin)
    else:
        made = plan(problem)
        planned_wh = lived(twin, profile, problem, made)
        idle_wh = (
            profile.flexibility.idle_power_w * 24
            if isinstance(profile.flexibility, StorageFlexibility)
            else 0
        )
        assert twin.meter.total_wh == pytest.approx(planned_wh, rel=0.03, abs=idle_wh + 1)
        assert_guards_itself(twin, profile)


def assert_runs_its_program(twin: CycleMachine, profile: DeviceProfile, program: str) -> None:
    """A loaded machine runs through, with the energy that its file states."""
    stated = next(one for one in profile.flexibility.programmes if one.id == program)  # type: ignore[union-attr]
    twin.load(stated.id)
    twin.advance(START + DAY)
    assert twin.cycles[0].finished_at == START + stated.duration
    assert twin.cycles[0].cut_at is None
    assert twin.meter.total_wh == pytest.approx(stated.energy_wh)


def assert_keeps_its_range(twin: Thermal) -> None:
    """Left to its thermostat it neither leaves its range, nor starts again without its rest."""
    twin.advance(START + DAY)
    assert twin.meter.total_wh > 0
    assert (twin.outside, twin.short_rests) == (timedelta(0), 0) or isinstance(twin, Hvac)


def assert_guards_itself(twin: Appliance, profile: DeviceProfile) -> None:
    """No plan had it do what it does not do."""
    if isinstance(twin, Battery):
        store = profile.flexibility
        assert isinstance(store, StorageFlexibility)
        assert store.level_min - 50 <= twin.lowest_wh <= twin.highest_wh <= store.level_max + 1e-6
    if isinstance(twin, ModeMachine):
        assert twin.overruns == 0


@pytest.mark.parametrize("model_id", BARE_MODELS)
def test_what_measures_or_switches_draws_nothing_of_its_own(model_id: str) -> None:
    twin = twin_of(model_id, None)
    twin.advance(START + DAY)
    assert isinstance(twin, Still)
    assert twin.meter.total_wh == 0
