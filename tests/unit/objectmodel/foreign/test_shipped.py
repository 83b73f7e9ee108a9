"""Every object model that is shipped can be said in S2, and every program in Zigbee and Matter too."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chip.clusters.Objects import DeviceEnergyManagement
from s2python.frbc import FRBCSystemDescription
from s2python.generated.gen_s2 import DDBCSystemDescription
from s2python.ombc import OMBCSystemDescription
from s2python.pebc import PEBCPowerConstraints
from s2python.ppbc import PPBCPowerProfileDefinition

from drrouter.objectmodel import ModelDocument, load_catalogue
from drrouter.objectmodel.flexibility import Demand, Envelope, Form, Modes, Profile, Storage
from drrouter.objectmodel.foreign import matter, s2_ddbc, s2_frbc, s2_ombc, s2_pebc, s2_ppbc, zigbee
from drrouter.objectmodel.foreign.phases import energy_wh, phases_of
from drrouter.objectmodel.foreign.s2_frbc_read import storage_from

SINCE = datetime(2026, 3, 1, 8, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=2)
CATALOGUE = load_catalogue()
FORMS = [(model.id, form) for model in CATALOGUE.values() for form in model.flexibility]
PROFILES = [(model_id, form) for model_id, form in FORMS if isinstance(form, Profile)]


def _named(case: object) -> str:
    return case if isinstance(case, str) else str(getattr(case, "key", case))


def _said(model: ModelDocument, form: Form) -> tuple[Any, Mapping[str, Any], Form]:
    """S2's own class, the message, and what is read back from it."""
    match form:
        case Profile():
            message = s2_ppbc.offered(model.id, form, (SINCE, UNTIL))
            return PPBCPowerProfileDefinition, message, s2_ppbc.profile_from(message)
        case Storage():
            message = s2_frbc.description(model.id, form, model.safety, SINCE)
            leak = s2_frbc.leakage(model.id, form, SINCE)
            return FRBCSystemDescription, message, storage_from(message, leak).storage
        case Modes():
            message = s2_ombc.description(model.id, form, SINCE)
            return OMBCSystemDescription, message, s2_ombc.modes_from(message)
        case Envelope():
            message = s2_pebc.constraints(model.id, form, SINCE)
            return PEBCPowerConstraints, message, s2_pebc.envelope_from(message)
        case Demand():
            message = s2_ddbc.description(model.id, form, SINCE)
            return DDBCSystemDescription, message, s2_ddbc.demand_from(message)
    raise AssertionError(f"{type(form).__name__} has no words in S2")


@pytest.mark.parametrize(("model_id", "form"), FORMS, ids=_named)
def test_every_form_is_valid_s2_and_comes_back_as_the_same_kind(model_id: str, form: Form) -> None:
    theirs, message, back = _said(CATALOGUE[model_id], form)
    theirs.model_validate_json(json.dumps(message))
    assert type(back) is type(form)


@pytest.mark.parametrize(("model_id", "profile"), PROFILES, ids=_named)
def test_every_program_fits_into_energy_phases_and_a_forecast(model_id: str, profile: Profile) -> None:
    for power_profile in zigbee.power_profiles(profile)[0]:
        assert zigbee.profile_from_bytes(power_profile.to_bytes()) == power_profile
    for program in profile.programs:
        message = matter.forecast(program, SINCE, earliest=SINCE, latest=UNTIL)
        structs = DeviceEnergyManagement.Structs
        slots = [structs.SlotStruct(**slot) for slot in message["slots"]]
        structs.ForecastStruct(**{**message, "slots": slots}).ToTLV()
        back = sum(map(energy_wh, matter.program_of(message).phases))
        assert back == pytest.approx(sum(map(energy_wh, phases_of(program))), rel=1e-3)
