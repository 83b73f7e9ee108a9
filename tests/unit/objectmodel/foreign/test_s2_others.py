"""Modes, generators and loads in S2's words, judged by its own classes; what comes back and what does not."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from s2python.generated.gen_s2 import DDBCSystemDescription
from s2python.ombc import OMBCSystemDescription
from s2python.pebc import PEBCPowerConstraints

from drrouter.domain.flexibility import Line
from drrouter.errors import MessageError
from drrouter.objectmodel.flexibility import Demand, Envelope, Modes, SteeredMode
from drrouter.objectmodel.foreign import s2_ddbc, s2_ombc
from drrouter.objectmodel.foreign.s2_ddbc import demand_from
from drrouter.objectmodel.foreign.s2_ombc import modes_from
from drrouter.objectmodel.foreign.s2_pebc import constraints, envelope_from
from drrouter.objectmodel.foreign.words import id_of
from tests.unit.objectmodel.foreign.random_forms import demands, envelopes, modes

SINCE = datetime(2026, 3, 1, 8, tzinfo=UTC)
MODEL = "acme.hp1"
SG_READY = Modes(
    kind="modes",
    modes=(SteeredMode(id="blocked", power_w=0), SteeredMode(id="normal", power_w=1500)),
    normal="normal",
    min_dwell_s=600,
)
ROOF = Envelope(kind="envelope", rated_power_w=5000, least_power_w=500)
HVAC = Demand(kind="demand", power_w=800, max_power_w=2000, curtail_price_per_kwh=0.5)


@given(modes())
def test_modes_keep_all_but_their_limits_in_time_and_which_is_normal(form: Modes) -> None:
    message = s2_ombc.description(MODEL, form, SINCE)
    OMBCSystemDescription.from_json(json.dumps(message))
    back = modes_from(message)
    assert (back.lines, back.normal, back.most_switches) == (form.lines, form.modes[0].id, None)
    assert back.min_dwell_s == pytest.approx(form.min_dwell_s, abs=0.001)
    for found, written in zip(back.modes, form.modes, strict=True):
        assert (found.id, found.power_w) == (written.id, written.power_w)
        assert found.cost_per_h == pytest.approx(written.cost_per_h)
        assert (found.longest_s, found.most_per_day_s, found.name) == (None, None, None)


@given(envelopes())
def test_a_generator_keeps_its_range(form: Envelope) -> None:
    message = constraints(MODEL, form, SINCE)
    PEBCPowerConstraints.from_json(json.dumps(message))
    assert envelope_from(message) == form


@given(demands())
def test_a_load_keeps_its_powers_and_what_holding_it_off_costs(form: Demand) -> None:
    message = s2_ddbc.description(MODEL, form, SINCE)
    DDBCSystemDescription.model_validate_json(json.dumps(message))
    back = demand_from(message)
    assert (back.lines, back.max_power_w, back.max_off_s) == (form.lines, form.max_power_w, 60)
    assert back.power_w == pytest.approx(form.power_w)
    price = form.curtail_price_per_kwh if form.power_w else 0.0
    assert back.curtail_price_per_kwh == pytest.approx(price)


def test_every_mode_may_follow_every_other_once_it_has_stayed_long_enough() -> None:
    message = s2_ombc.description(MODEL, SG_READY, SINCE, Line.L2)
    (timer,) = message["timers"]
    assert timer["duration"] == 600_000
    for way in message["transitions"]:
        assert way["start_timers"] == way["blocking_timers"] == [timer["id"]]
    assert len(message["transitions"]) == 2
    assert message["operation_modes"][0]["power_ranges"][0]["commodity_quantity"] == "ELECTRIC.POWER.L2"


def test_the_mode_that_runs_at_present_can_be_named_as_the_normal_one() -> None:
    message = s2_ombc.description(MODEL, SG_READY, SINCE)
    assert modes_from(message).normal == "blocked"
    assert modes_from(message, normal=id_of(MODEL, "normal")) == SG_READY


def test_the_same_form_has_the_same_identifiers_each_time() -> None:
    assert constraints(MODEL, ROOF, SINCE) == constraints(MODEL, ROOF, SINCE)
    assert s2_ddbc.description(MODEL, HVAC, SINCE) == s2_ddbc.description(MODEL, HVAC, SINCE)
    assert s2_ombc.description(MODEL, SG_READY, SINCE) == s2_ombc.description(MODEL, SG_READY, SINCE)


def _modes(message: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = message["operation_modes"]
    return found


def test_modes_for_emergencies_are_passed_over_and_ranges_have_a_middle() -> None:
    message = s2_ombc.description(MODEL, SG_READY, SINCE)
    extra = json.loads(json.dumps(_modes(message)[1])) | {"id": "e", "abnormal_condition_only": True}
    wide = json.loads(json.dumps(_modes(message)[1])) | {"id": "w", "diagnostic_label": None}
    wide["power_ranges"][0]["start_of_range"] = 500
    _modes(message).extend([extra, wide])
    assert [(mode.id, mode.power_w) for mode in modes_from(message).modes] == [
        ("blocked", 0),
        ("normal", 1500),
        ("w", 1000),
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda message: message.pop("timers"), "timers"),
        (lambda message: _modes(message).pop(), "modes"),
        (
            lambda message: [mode.update(abnormal_condition_only=True) for mode in _modes(message)],
            "emergencies",
        ),
        (lambda message: _modes(message)[0]["power_ranges"][0].update(start_of_range=-9.0), "power_w"),
    ],
)
def test_modes_that_are_none_of_ours_are_refused(change: Callable[[Any], Any], problem: str) -> None:
    message = s2_ombc.description(MODEL, SG_READY, SINCE)
    change(message)
    with pytest.raises(MessageError, match=problem):
        modes_from(message)


def _ranges(message: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = message["allowed_limit_ranges"]
    return found


def test_several_ranges_of_a_generator_are_read_by_their_outer_bounds_and_lines_are_added_up() -> None:
    message = constraints(MODEL, ROOF, SINCE)
    lower = _ranges(message)[1]
    lower["range_boundary"] = {"start_of_range": -5000, "end_of_range": -3000}
    _ranges(message).append({**lower, "range_boundary": {"start_of_range": -2000, "end_of_range": -500}})
    _ranges(message).append(
        {
            **lower,
            "abnormal_condition_only": True,
            "range_boundary": {"start_of_range": -9000, "end_of_range": 0},
        }
    )
    assert envelope_from(message) == ROOF
    _ranges(message).append({**lower, "commodity_quantity": "ELECTRIC.POWER.L2"})
    both = envelope_from(message)
    assert (both.lines, both.rated_power_w, both.least_power_w) == (3, 10_000, 3500)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda message: message.update(consequence_type="PERHAPS"), "consequence_type"),
        (lambda message: _ranges(message)[0]["range_boundary"].update(end_of_range=3000), "no generator"),
        (lambda message: _ranges(message)[1].update(limit_type="UPPER_LIMIT"), "rated_power_w"),
    ],
)
def test_limits_that_are_no_generators_are_refused(change: Callable[[Any], Any], problem: str) -> None:
    message = constraints(MODEL, ROOF, SINCE)
    change(message)
    with pytest.raises(MessageError, match=problem):
        envelope_from(message)


def _actuator(message: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = message["actuators"][0]
    return found


def test_a_load_of_one_mode_has_no_price_and_one_without_supply_no_demand() -> None:
    message = s2_ddbc.description(MODEL, HVAC, SINCE)
    _actuator(message)["operation_modes"].pop()
    assert demand_from(message).curtail_price_per_kwh == 0
    _actuator(message)["operation_modes"][0]["supply_range"]["end_of_range"] = 0
    assert demand_from(message).power_w == 0


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda message: message["actuators"].append(_actuator(message)), "several actuators"),
        (lambda message: message.pop("present_demand_rate"), "present_demand_rate"),
        (
            lambda message: [
                mode.update(abnormal_condition_only=True) for mode in _actuator(message)["operation_modes"]
            ],
            "emergencies",
        ),
        (lambda message: _actuator(message)["operation_modes"].pop(0), "max_power_w"),
    ],
)
def test_loads_that_are_none_of_ours_are_refused(change: Callable[[Any], Any], problem: str) -> None:
    message = s2_ddbc.description(MODEL, HVAC, SINCE)
    change(message)
    with pytest.raises(MessageError, match=problem):
        demand_from(message)
