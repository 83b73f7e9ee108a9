"""What a maker wrote is what the planner plans with."""

from datetime import timedelta

import pytest

from drrouter.domain.device import Binding, DeviceClass
from drrouter.domain.flexibility import (
    Consent,
    DemandFlexibility,
    Discharge,
    EnvelopeFlexibility,
    Line,
    Mode,
    ModesFlexibility,
    ProfileFlexibility,
    Programme,
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
from drrouter.objectmodel.form import Form
from drrouter.objectmodel.forms import planned
from tests.unit.objectmodel.snippets import (
    BATTERY,
    BOILER,
    CHARGER,
    DEMAND,
    HEAD,
    HEAT_PUMP,
    HOME_BATTERY,
    INVERTER,
    PHASED,
    PROFILE,
    REST,
    STORAGE,
    TANK,
    model,
)

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
    with pytest.raises(
        DocumentError, match=r"with its parameters: .*level\.target: 32000 lies outside 0 \.\. 2000"
    ):
        with_parameters(document(BATTERY, odd), {"battery_wh": 2000})


def test_a_parameter_that_a_form_does_not_have_leaves_it_alone() -> None:
    spare = SIZE.partition('[[parameters]]\nid = "charge_w')[0]
    assert flexibility_of(with_parameters(document(DEMAND, spare), {})) == flexibility_of(document(DEMAND))


def test_a_store_without_a_thermostat_runs_fully_or_not_at_all() -> None:
    bare = storage(STORAGE.replace("thermostat = { stops_at = -22.0, starts_at = -20.0 }", ""))
    assert (bare.duty, bare.min_power_w, bare.max_power_w) == (False, 100, 100)
    assert (bare.level_min, bare.level_max) == (-24, -18)


def programme(flexibility: str, *, rest: str = REST, more: str = "") -> Programme:
    made = flexibility_of(read_model(model(flexibility, rest=rest, more=more), "acme/wm9.toml"))
    assert isinstance(made, ProfileFlexibility)
    return made.programmes[0]


def minutes(made: Programme) -> list[float]:
    return [phase.max_pause / timedelta(minutes=1) for phase in made.phases]


def test_a_machine_pauses_only_where_it_can_really_stand_still() -> None:
    """By an order of a transport, or because the pull-plug test showed that it goes on."""
    resumes = PHASED.replace("lines = 3", "lines = 3\nresumes_after_power_cut = true")
    assert minutes(programme(PHASED)) == [0, 0, 0]
    assert minutes(programme(resumes)) == [10, 1, 0]  # safety allows ten minutes
    assert minutes(programme(resumes, rest=REST.replace("max_pause_s = 600", ""))) == [15, 1, 0]
    ordered = "[bindings.zigbee]\npause = { cluster = 0x1B, command = 3 }"
    assert minutes(programme(PHASED, more=ordered)) == [10, 1, 0]


def test_a_program_that_is_not_pausable_never_pauses() -> None:
    whole = PHASED.replace("lines = 3", "lines = 3\nresumes_after_power_cut = true").replace(
        "pausable_between = true", ""
    )
    assert not programme(whole).may_pause


def test_a_phase_goes_by_its_label_in_the_language_asked_for() -> None:
    made = flexibility_of(document(PHASED), "nl")
    assert isinstance(made, ProfileFlexibility)
    assert [phase.name for phase in made.programmes[0].phases] == ["phase", "Was", "spin"]


def test_a_home_battery_gives_back_what_its_losses_leave() -> None:
    battery = storage(HOME_BATTERY)
    assert (battery.level_per_wh, battery.min_power_w, battery.max_power_w) == (0.95, 100, 5000)
    assert (battery.loss_per_h, battery.ambient, battery.idle_power_w) == (0.0001, 0, 10)
    assert battery.discharge == Discharge(4600, 1.25, 50, 0.05, may_export=True, consent=Consent.NONE)


def test_a_car_that_is_lent_asks_its_driver_unless_the_model_says_otherwise() -> None:
    silent = storage(HOME_BATTERY.replace('consent = "none"', ""))
    assert silent.discharge
    assert silent.discharge.consent is Consent.ONCE


def test_a_tank_loses_to_its_surroundings() -> None:
    tank = storage(BOILER)
    assert (tank.loss_per_h, tank.ambient, tank.drift_per_h, tank.discharge) == (0.02, 18, 0, None)


def test_a_charger_is_used_in_the_form_that_the_home_chooses() -> None:
    charger = document(CHARGER)
    three = profile_of(charger, DeviceId("car"), "Car", line=Line.L2)
    one = profile_of(charger, DeviceId("car"), "Car", line=Line.L2, choice="one_line")
    by_kind = profile_of(charger, DeviceId("car"), "Car", choice="storage")
    assert isinstance(three.flexibility, StorageFlexibility)
    assert isinstance(one.flexibility, StorageFlexibility)
    assert (three.flexibility.min_power_w, three.flexibility.max_power_w) == (4140, 11_040)
    assert (one.flexibility.min_power_w, one.flexibility.max_power_w) == (1380, 3680)
    assert (three.lines, one.lines, one.line) == ((Line.L1, Line.L2, Line.L3), (), Line.L2)
    assert by_kind.flexibility == three.flexibility


def test_a_form_that_the_model_does_not_have_is_refused() -> None:
    with pytest.raises(DocumentError) as refused:
        profile_of(document(CHARGER), DeviceId("car"), "Car", choice="threelines")
    assert refused.value.sentence == (
        "acme.wm9: flexibility: has no form 'threelines'. "
        "Did you mean 'three_lines'? Known are: three_lines, one_line."
    )


@pytest.mark.parametrize(
    ("lines_w", "shares"),
    [
        ("[2000, 2000, 2000]", (1 / 3, 1 / 3, 1 / 3)),
        ("[6000, 0, 0]", (1, 0, 0)),
        ("[3000, 3000, 0]", (1 / 2, 1 / 2, 0)),
        ("[3000, 2000, 1000]", (1 / 2, 1 / 3, 1 / 6)),
        ("[0, 0, 6000]", (0, 0, 1)),
    ],
)
def test_a_machine_on_three_lines_loads_each_as_its_phases_say(
    lines_w: str, shares: tuple[float, ...]
) -> None:
    """The wash and the spin do not say, so the heating alone decides."""
    uneven = PHASED.replace("[2000, 2000, 2000]", lines_w)
    made = profile_of(document(uneven), DeviceId("m"), "M")
    assert [made.lines.count(line) / len(made.lines) for line in Line] == pytest.approx(shares)


def test_a_machine_that_does_not_say_loads_its_lines_evenly() -> None:
    silent = PHASED.replace(", lines_w = [2000, 2000, 2000]", "")
    assert profile_of(document(silent), DeviceId("m"), "M").lines == tuple(Line)


def test_the_binding_follows_the_form_that_is_chosen() -> None:
    several = document(STORAGE + DEMAND)
    assert binding_of(several).thermostat == (-22, -20)
    assert binding_of(several, "demand").thermostat is None


def test_a_heat_pump_is_told_its_mode() -> None:
    made = flexibility_of(document(HEAT_PUMP), "de")
    assert made == ModesFlexibility(
        (
            Mode("blocked", 0, 0.2, timedelta(hours=2), timedelta(hours=6)),
            Mode("Normalbetrieb", 1200),
            Mode("recommended", 1800, 0.1),
        ),
        normal=1,
        min_dwell=timedelta(minutes=10),
        most_switches=20,
    )


def test_an_inverter_is_held_below_its_rating() -> None:
    assert flexibility_of(document(INVERTER)) == EnvelopeFlexibility(5000, 250)


def test_a_meter_can_do_nothing_differently() -> None:
    meter = read_model(model("", head=HEAD.replace("washing_machine", "meter")), "acme/wm9.toml")
    made = profile_of(meter, DeviceId("meter"), "Meter")
    assert (made.flexibility, made.lines, made.binding.thermostat) == (None, (), None)
    with pytest.raises(DocumentError, match=r"has no form 'demand'. Leave it out"):
        profile_of(meter, DeviceId("meter"), "Meter", choice="demand")


def test_parameters_reach_ranges_and_what_comes_back() -> None:
    figures = """
[[parameters]]
id = "give_w"
name = { en = "Gives" }
default = 3000
min = 100
max = 5000
sets = ["discharge_power_w"]

[[parameters]]
id = "least_w"
name = { en = "Least" }
default = 200
min = 0
max = 1000
sets = ["min_power_w"]
"""
    made = flexibility_of(with_parameters(document(HOME_BATTERY, figures), {"least_w": 300}))
    assert isinstance(made, StorageFlexibility)
    assert made.discharge
    assert (made.discharge.max_power_w, made.min_power_w) == (3000, 300)


def test_only_a_form_of_the_document_means_something() -> None:
    with pytest.raises(TypeError, match="Form is no kind of flexibility"):
        planned(Form(), document())
