"""Storage in S2's words, judged by s2-python; every figure that comes back, and what does not."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from s2python.frbc import FRBCLeakageBehaviour, FRBCSystemDescription

from drrouter.errors import MessageError
from drrouter.objectmodel import load_catalogue
from drrouter.objectmodel.document import Safety
from drrouter.objectmodel.flexibility import Level, Mode, Storage
from drrouter.objectmodel.foreign.s2_frbc import description, leakage
from drrouter.objectmodel.foreign.s2_frbc_read import ReadStorage, storage_from
from tests.unit.objectmodel.foreign.random_forms import batteries, thermal

SINCE = datetime(2026, 3, 1, 8, tzinfo=UTC)
MODEL = "generic.freezer"
SAFETIES = st.builds(
    Safety,
    fail_safe=st.just("keep"),
    min_on_s=st.just(0.0) | st.floats(min_value=0.001, max_value=3600),
    min_off_s=st.just(0.0) | st.floats(min_value=0.001, max_value=3600),
)
NO_TIMES = Safety(fail_safe="keep")
FREEZER = Storage(
    kind="storage",
    level=Level(unit="celsius", min=-24, max=-16, target=-20),
    heat_gain_c_per_h=1.1,
    modes=(Mode(id="run", power_w=90, rate_c_per_h=-3.6), Mode(id="idle", power_w=1)),
)


def _there_and_back(storage: Storage, safety: Safety) -> ReadStorage:
    """Through S2's own classes, both ways."""
    message = description(MODEL, storage, safety, SINCE)
    FRBCSystemDescription.from_json(json.dumps(message))
    leak = leakage(MODEL, storage, SINCE)
    if leak is not None:
        FRBCLeakageBehaviour.from_json(json.dumps(leak))
    assert message["storage"]["provides_leakage_behaviour"] == (leak is not None)
    return storage_from(message, leak)


def _near(value: float) -> Any:
    return pytest.approx(value, rel=1e-6, abs=1e-6)


@given(batteries(), SAFETIES)
def test_a_battery_keeps_its_powers_losses_and_times(storage: Storage, safety: Safety) -> None:
    read = _there_and_back(storage, safety)
    back = read.storage
    assert read.min_on_s == pytest.approx(safety.min_on_s, abs=0.001)
    assert read.min_off_s == pytest.approx(safety.min_off_s, abs=0.001)
    assert (back.lines, back.level.unit) == (storage.lines, "watt_hours")
    assert (back.level.min, back.level.max) == (storage.level.min, storage.level.max)
    assert back.level.target == back.level.max
    (charge,) = back.modes
    assert (charge.id, charge.power_w, charge.least_w) == (
        "charge",
        storage.modes[0].power_w,
        storage.modes[0].least_w,
    )
    assert back.efficiency == _near(storage.efficiency)
    assert back.standby_w == storage.standby_w
    assert (back.loss_per_h or 0.0) == _near(storage.loss_per_h or 0.0)
    if storage.discharge is None:
        assert back.discharge is None
        return
    assert back.discharge is not None
    assert back.discharge.power_w == storage.discharge.power_w
    assert back.discharge.min_power_w == storage.discharge.min_power_w
    assert back.discharge.efficiency == _near(storage.discharge.efficiency)
    assert back.discharge.wear_per_kwh == _near(storage.discharge.wear_per_kwh)
    assert (back.discharge.consent, back.discharge.may_export) == ("once", False)


@given(thermal(), SAFETIES)
def test_warmth_and_cold_keep_their_rates_and_the_drift_at_every_level(
    storage: Storage, safety: Safety
) -> None:
    read = _there_and_back(storage, safety)
    back = read.storage
    assert (back.lines, back.level) == (storage.lines, storage.level)
    assert back.thermostat is None
    for found, written in zip(back.modes, storage.modes, strict=False):
        assert (found.id, found.power_w, found.least_w) == (written.id, written.power_w, written.least_w)
        assert found.rate_c_per_h == _near(written.rate_c_per_h)
    assert back.idle_w == storage.idle_w
    for level in (storage.level.min, storage.level.target, storage.level.max):
        assert back.drift_at(level) == _near(storage.drift_at(level))


def test_a_freezer_has_its_two_modes_its_timers_and_one_step_of_leakage() -> None:
    safety = Safety(fail_safe="keep", min_on_s=600, min_off_s=300)
    message = description(MODEL, FREEZER, safety, SINCE)
    (actuator,) = message["actuators"]
    run, idle = actuator["operation_modes"]
    assert [mode["diagnostic_label"] for mode in (run, idle)] == ["run", "idle"]
    assert run["elements"][0]["fill_rate"] == {"start_of_range": -0.001, "end_of_range": -0.001}
    on, off = actuator["timers"]
    assert (on["duration"], off["duration"]) == (600_000, 300_000)
    start, stop = sorted(actuator["transitions"], key=lambda way: way["to"] != run["id"])
    assert (start["start_timers"], start["blocking_timers"]) == ([on["id"]], [off["id"]])
    assert (stop["start_timers"], stop["blocking_timers"]) == ([off["id"]], [on["id"]])
    leak = leakage(MODEL, FREEZER, SINCE)
    assert leak is not None
    (step,) = leak["elements"]
    assert step["leakage_rate"] == pytest.approx(-1.1 / 3600)
    assert message == description(MODEL, FREEZER, safety, SINCE)


@pytest.mark.parametrize("model_id", sorted(load_catalogue().models))
def test_every_storage_that_is_shipped_goes_there_and_back(model_id: str) -> None:
    model = load_catalogue()[model_id]
    for form in model.flexibility:
        if isinstance(form, Storage):
            back = _there_and_back(form, model.safety).storage
            assert (back.level.min, back.level.max) == (form.level.min, form.level.max)
            assert back.running[0].power_w == form.running[0].power_w


def test_a_mode_at_rest_never_takes_the_name_of_another() -> None:
    storage = FREEZER.model_copy(update={"modes": (Mode(id="rest", power_w=90, rate_c_per_h=-3.6),)})
    modes = description(MODEL, storage, NO_TIMES, SINCE)["actuators"][0]["operation_modes"]
    assert [mode["diagnostic_label"] for mode in modes] == ["rest", "rest_2"]


def _foreign(label: str = "kWh", **storage: Any) -> dict[str, Any]:
    """A battery as others describe it: one mode from giving to taking."""
    mode = {
        "id": "ffffffff-0000-4000-8000-000000000001",
        "elements": [
            {
                "fill_level_range": {"start_of_range": 0, "end_of_range": 10},
                "fill_rate": {"start_of_range": -2.5 / 3600, "end_of_range": 1.8 / 3600},
                "power_ranges": [
                    {"start_of_range": -2000, "end_of_range": 2000, "commodity_quantity": "ELECTRIC.POWER.L1"}
                ],
            }
        ],
        "abnormal_condition_only": False,
    }
    return {
        "message_id": "m",
        "valid_from": "2026-03-01T08:00:00Z",
        "actuators": [
            {
                "id": "a",
                "supported_commodities": ["ELECTRICITY"],
                "operation_modes": [mode],
                "transitions": [],
                "timers": [],
            }
        ],
        "storage": {
            "fill_level_label": label,
            "provides_leakage_behaviour": False,
            "provides_fill_level_target_profile": False,
            "provides_usage_forecast": False,
            "fill_level_range": {"start_of_range": 0, "end_of_range": 10},
        }
        | storage,
    }


def _mode(message: dict[str, Any]) -> dict[str, Any]:
    mode: dict[str, Any] = message["actuators"][0]["operation_modes"][0]
    return mode


def test_a_mode_that_takes_and_gives_is_read_as_both() -> None:
    storage = storage_from(_foreign()).storage
    assert storage.level.max == 10_000
    assert storage.efficiency == pytest.approx(0.9)
    assert storage.modes[0].least_w == 0
    assert storage.discharge is not None
    assert (storage.discharge.power_w, storage.discharge.min_power_w) == (2000, 0)
    assert storage.discharge.efficiency == pytest.approx(0.8)


def test_a_level_in_per_cent_needs_the_capacity() -> None:
    message = _foreign("SoC %")
    for rate in ("start_of_range", "end_of_range"):
        _mode(message)["elements"][0]["fill_rate"][rate] *= 10
    message["storage"]["fill_level_range"]["end_of_range"] = 100
    storage = storage_from(message, capacity_wh=10_000).storage
    assert storage.level.max == 10_000
    assert storage.efficiency == pytest.approx(0.9)
    with pytest.raises(MessageError, match="'soc %' is no unit"):
        storage_from(message)


def test_rates_that_differ_by_level_are_averaged_over_the_range() -> None:
    message = _foreign()
    full = json.loads(json.dumps(_mode(message)["elements"][0]))
    full["fill_level_range"] = {"start_of_range": 10, "end_of_range": 40}
    full["fill_rate"]["end_of_range"] = 1.0 / 3600
    _mode(message)["elements"].append(full)
    assert storage_from(message).storage.efficiency == pytest.approx((10 * 0.9 + 30 * 0.5) / 40)


def test_the_leakage_of_others_is_fitted_by_a_line_or_refused() -> None:
    def leak(*rates: float) -> dict[str, Any]:
        return {
            "message_id": "m",
            "valid_from": "2026-03-01T08:00:00Z",
            "elements": [
                {
                    "fill_level_range": {"start_of_range": 50 + number, "end_of_range": 51 + number},
                    "leakage_rate": rate,
                }
                for number, rate in enumerate(rates)
            ],
        }

    def tank(*rates: float) -> Storage:
        storage = FREEZER.model_copy(
            update={
                "level": Level(unit="celsius", min=50, max=60, target=55),
                "modes": (Mode(id="heat", power_w=2000, rate_c_per_h=40),),
            }
        )
        return storage_from(description(MODEL, storage, NO_TIMES, SINCE), leak(*rates)).storage

    straight = tank(0.001, 0.002)
    assert straight.loss_per_h == pytest.approx(3.6)
    assert straight.drift_at(51.5) == pytest.approx(-7.2)
    upwards = tank(0.002, 0.001)
    assert upwards.loss_per_h is None
    assert upwards.heat_gain_c_per_h == pytest.approx(-5.4)
    far = tank(0.0015, 0.00151)
    assert far.ambient_c == -60
    assert far.drift_at(50.5) == pytest.approx(-5.4)
    with pytest.raises(MessageError, match=r"FRBC.LeakageBehaviour: elements"):
        tank()
    battery = storage_from(_foreign(), leak(0.0)).storage
    assert battery.loss_per_h is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda message: message.update(message_type="OMBC.SystemDescription"), "message_type"),
        (lambda message: message["actuators"].append(message["actuators"][0]), "several actuators"),
        (lambda message: message["storage"].update(fill_level_label="bar"), "'bar' is no unit"),
        (lambda message: message["storage"].update(fill_level_label=None), "is no unit"),
        (lambda message: _mode(message).update(abnormal_condition_only=True), "takes power"),
        (lambda message: message["storage"]["fill_level_range"].update(end_of_range=-5), "level"),
        (
            lambda message: _mode(message)["elements"][0]["fill_rate"].update(start_of_range=1.0),
            "the level does not fall",
        ),
        (
            lambda message: _mode(message)["elements"][0]["fill_rate"].update(end_of_range=1.0),
            "efficiency",
        ),
    ],
)
def test_a_storage_that_is_none_of_ours_is_refused(change: Any, problem: str) -> None:
    message = _foreign()
    change(message)
    with pytest.raises(MessageError, match=problem):
        storage_from(message)
