"""What a maker wrote is what the planner plans with."""

from datetime import timedelta

import pytest

from drrouter.domain.device import Binding, DeviceClass
from drrouter.domain.flexibility import (
    DemandFlexibility,
    Line,
    ProfileFlexibility,
    RemoteStart,
    StorageFlexibility,
)
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import FailSafe
from drrouter.errors import DocumentError
from drrouter.objectmodel import (
    ModelDocument,
    binding_of,
    flexibility_of,
    profile_of,
    read_model,
    with_parameters,
)
from tests.unit.objectmodel.snippets import BATTERY, DEMAND, PROFILE, REST, STORAGE, TANK, model

SIZE = """
[[parameters]]
id = "battery_wh"
name = { en = "Battery" }
default = 30000
min = 1000
max = 90000
sets = ["level_max", "level_target"]

[[parameters]]
id = "charge_w"
name = { en = "Cable" }
default = 2000
min = 1000
max = 3680
sets = ["power_w"]
"""


def document(flexibility: str = PROFILE, more: str = "") -> ModelDocument:
    return read_model(model(flexibility, more=more), "acme/wm9.toml")


def storage(flexibility: str) -> StorageFlexibility:
    made = flexibility_of(document(flexibility))
    assert isinstance(made, StorageFlexibility)
    return made


def test_a_program_becomes_a_programme_with_its_phases() -> None:
    made = flexibility_of(document())
    assert isinstance(made, ProfileFlexibility)
    (eco,) = made.programmes
    assert made.remote_start is RemoteStart.ARMED
    assert (eco.id, eco.name, eco.duration) == ("eco40", "Eco 40", timedelta(seconds=4500))
    assert [phase.name for phase in eco.phases] == ["heat", "wash"]


def test_the_stated_energy_of_a_phase_sets_its_mean_power() -> None:
    made = flexibility_of(document())
    assert isinstance(made, ProfileFlexibility)
    heat, wash = made.programmes[0].phases
    assert heat.power_w == 690 * 3
    assert wash.power_w == 180
    assert made.programmes[0].energy_wh == pytest.approx(690 + 165)


def test_a_programme_is_called_by_its_name_in_the_language_asked_for() -> None:
    names = []
    for language in ("en", "nl", "fi"):
        made = flexibility_of(document(), language)
        assert isinstance(made, ProfileFlexibility)
        names.append(made.programmes[0].name)
    assert names == ["Eco 40", "Eco veertig", "Eco 40"]


def test_measured_minutes_are_kept_minute_by_minute() -> None:
    measured = PROFILE.partition("[[flexibility.programs.phases]]")[0].replace(
        "pausable_between = true", "minutes_w = [10.5, 2000, 2000, 0]"
    )
    origin = '[provenance]\norigin = "a meter"\nlicence = "CC0-1.0"\nchanges = "none"'
    made = flexibility_of(document(measured, origin))
    assert isinstance(made, ProfileFlexibility)
    (eco,) = made.programmes
    assert [(phase.name, phase.duration, phase.power_w) for phase in eco.phases] == [
        ("minute 0", timedelta(minutes=1), 10.5),
        ("minute 1", timedelta(minutes=2), 2000),
        ("minute 3", timedelta(minutes=1), 0),
    ]


def test_a_freezer_cools_by_power_and_warms_by_itself() -> None:
    freezer = storage(STORAGE)
    assert (freezer.unit, freezer.level_target, freezer.duty) == ("°C", -21, True)
    assert (freezer.level_per_wh, freezer.drift_per_h) == (-0.04, 1.0)
    assert (freezer.min_power_w, freezer.max_power_w, freezer.idle_power_w) == (0, 100, 1)
    assert (freezer.min_on, freezer.min_off) == (timedelta(seconds=60), timedelta(seconds=120))
    assert freezer.runs_downwards


def test_a_freezer_keeps_its_level_at_the_duty_that_its_maker_states() -> None:
    freezer = storage(STORAGE)
    duty = 1.0 / 4.0
    kept = freezer.level_after(-21, duty * freezer.max_power_w, timedelta(hours=1))
    assert kept == pytest.approx(-21)


def test_no_plan_goes_beyond_where_the_thermostat_stops() -> None:
    assert (storage(STORAGE).level_min, storage(STORAGE).level_max) == (-22, -18)
    assert (storage(TANK).level_min, storage(TANK).level_max) == (45, 62)


def test_a_tank_is_warmed_by_power_and_cools_by_itself() -> None:
    tank = storage(TANK)
    assert (tank.level_per_wh, tank.drift_per_h, tank.idle_power_w) == (0.005, -0.5, 0)
    assert not tank.runs_downwards


def test_a_battery_takes_what_its_charger_leaves() -> None:
    car = storage(BATTERY)
    assert (car.unit, car.level_per_wh, car.drift_per_h, car.duty) == ("Wh", 0.9, 0, False)
    assert (car.min_power_w, car.max_power_w) == (1400, 2300)
    assert (car.level_min, car.level_max, car.level_target) == (0, 40_000, 32_000)


def test_a_load_is_never_held_off_longer_than_safety_allows() -> None:
    made = flexibility_of(document(DEMAND))
    assert made == DemandFlexibility(500, 1000, timedelta(seconds=600), 1.0)
    free = read_model(model(DEMAND, rest=REST.replace("max_pause_s = 600", "")), "acme/wm9.toml")
    assert flexibility_of(free) == DemandFlexibility(500, 1000, timedelta(seconds=3600), 1.0)


def test_the_binding_says_how_a_plug_shows_start_end_and_thermostat() -> None:
    expected = (20, timedelta(seconds=40), 6, timedelta(seconds=200))
    assert binding_of(document()) == Binding(*expected, None, FailSafe.RESTORE_POWER)
    assert binding_of(document(STORAGE)).thermostat == (-22, -20)


def test_a_profile_joins_the_model_and_the_home() -> None:
    made = profile_of(document(), DeviceId("washer"), "Our washer", line=Line.L2, groups=("white",))
    assert (made.id, made.name, made.model_id) == ("washer", "Our washer", "acme.wm9")
    assert (made.device_class, made.line, made.groups) == (DeviceClass.WASHING_MACHINE, Line.L2, ("white",))
    assert made.shed_from_level == 2


def test_a_model_without_a_level_of_shedding_never_gives_way() -> None:
    silent = read_model(model(rest=REST.replace("[shed]\nfrom_level = 2", "")), "acme/wm9.toml")
    assert profile_of(silent, DeviceId("washer"), "Washer").shed_from_level is None


def test_parameters_take_their_defaults_or_what_the_home_says() -> None:
    car = document(BATTERY.replace(', { id = "slow", power_w = 1400.0 }', ""), SIZE)
    default = flexibility_of(with_parameters(car, {}))
    chosen = flexibility_of(with_parameters(car, {"battery_wh": 58_000, "charge_w": 3000}))
    assert isinstance(default, StorageFlexibility)
    assert isinstance(chosen, StorageFlexibility)
    assert (default.level_max, default.level_target, default.max_power_w) == (30_000, 30_000, 2000)
    assert (chosen.level_max, chosen.level_target, chosen.max_power_w) == (58_000, 58_000, 3000)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (
            {"batery_wh": 1.0},
            "parameters.batery_wh: is no parameter of this model. Did you mean 'battery_wh'?",
        ),
        ({"battery_wh": 5.0}, "parameters.battery_wh: is 5, outside 1000 .. 90000. Choose a value inside."),
        ({"battery_wh": float("nan")}, "parameters.battery_wh: is nan, outside"),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused(parameters: dict[str, float], words: str) -> None:
    with pytest.raises(DocumentError) as refused:
        with_parameters(document(BATTERY, SIZE), parameters)
    assert words in refused.value.sentence


def test_a_model_without_parameters_takes_none() -> None:
    with pytest.raises(DocumentError, match="is no parameter of this model"):
        with_parameters(document(), {"x": 1})


def test_parameters_that_contradict_the_rest_are_refused() -> None:
    odd = SIZE.replace('sets = ["level_max", "level_target"]', 'sets = ["level_max"]').replace(
        "30000", "40000"
    )
    with pytest.raises(DocumentError, match=r"with its parameters: .*target 32000 lies outside 0 \.\. 2000"):
        with_parameters(document(BATTERY, odd), {"battery_wh": 2000})


def test_a_parameter_that_a_form_does_not_have_leaves_it_alone() -> None:
    spare = SIZE.partition('[[parameters]]\nid = "charge_w')[0]
    assert flexibility_of(with_parameters(document(DEMAND, spare), {})) == flexibility_of(document(DEMAND))


def test_a_store_without_a_thermostat_runs_fully_or_not_at_all() -> None:
    bare = storage(STORAGE.replace("thermostat = { stops_at = -22.0, starts_at = -20.0 }", ""))
    assert (bare.duty, bare.min_power_w, bare.max_power_w) == (False, 100, 100)
    assert (bare.level_min, bare.level_max) == (-24, -18)
