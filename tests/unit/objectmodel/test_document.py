"""A maker's file is checked, and every fault has a sentence that names file, key and remedy."""

import pytest

from drrouter.domain.device import DeviceClass
from drrouter.domain.remedy import sentences
from drrouter.errors import DocumentError
from drrouter.objectmodel import read_model
from tests.unit.objectmodel.broken import BROKEN
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

WHERE = "acme/wm9.toml"


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_model_gives_a_sentence_with_file_key_and_remedy(name: str) -> None:
    data, key, words = BROKEN[name]
    with pytest.raises(DocumentError) as refused:
        read_model(data, WHERE)
    said = sentences(refused.value)
    expected = f"{WHERE}: {key}: {words}" if key else f"{WHERE}: {words}"
    assert any(sentence.startswith(expected) for sentence in said), said
    assert all(sentence.endswith((".", "…")) for sentence in said)


def test_every_fault_is_named_at_once() -> None:
    data = model(
        rest=REST.replace("min_on_s = 60", "min_on_s = -1").replace("from_level = 2", "from_level = 0")
    )
    with pytest.raises(DocumentError) as refused:
        read_model(data, WHERE)
    assert [sentence.split(": ")[1] for sentence in sentences(refused.value)] == [
        "safety.min_on_s",
        "shed.from_level",
    ]


BINDINGS = """
[bindings.modbus]
power = { register = 40083, type = "int16", scale = 0.1 }

[bindings.zigbee]
pause = { cluster = 0x1B, command = 3 }

[bindings.knx]
power = { dpt = "14.056" }

[bindings.mqtt]
switch = { topic = "cmnd/{device}/POWER", on = "ON", off = "OFF" }

[bindings.homeassistant]
power = { entity = "sensor.*_power" }

[bindings.ocpp]
power = { measurand = "Power.Active.Import" }

[bindings.shelly]
power = { component = "switch:0", key = "apower" }

[bindings.zwave]
switch = { command_class = 37, property = "targetValue" }
"""

EACH = [
    PROFILE,
    PHASED,
    STORAGE,
    TANK,
    BOILER,
    BATTERY,
    HOME_BATTERY,
    CHARGER,
    DEMAND,
    HEAT_PUMP,
    INVERTER,
]


@pytest.mark.parametrize("flexibility", EACH)
def test_a_model_of_each_kind_is_read(flexibility: str) -> None:
    document = read_model(model(flexibility), WHERE)
    assert (document.id, document.version, document.identity.brand) == ("acme.wm9", 3, "Acme")


def test_a_model_may_state_several_forms() -> None:
    document = read_model(model(STORAGE + DEMAND), WHERE)
    assert [part.kind for part in document.flexibility] == ["storage", "demand"]


@pytest.mark.parametrize("device_class", DeviceClass)
def test_a_model_may_be_of_any_class_and_only_what_measures_or_switches_is_bare(
    device_class: DeviceClass,
) -> None:
    head = HEAD.replace("washing_machine", device_class)
    bare = device_class in ("meter", "switch")
    document = read_model(model("" if bare else DEMAND, head=head), WHERE)
    assert document.identity.device_class is device_class
    assert bool(document.flexibility) is not bare


def test_bindings_say_per_transport_how_a_capability_is_spoken_to() -> None:
    document = read_model(model(more=BINDINGS), WHERE)
    bound = document.bindings
    assert bound.modbus["power"].register_ == 40083
    assert bound.zigbee["pause"].command == 3
    assert [bound.can(capability) for capability in ("power", "pause", "mode")] == [True, True, False]


def test_each_program_may_state_where_its_own_values_come_from() -> None:
    own = PROFILE.partition("[[flexibility.programs.phases]]")[0].replace(
        "pausable_between = true",
        'minutes_w = [5, 6]\nprovenance = { origin = "me", licence = "CC0-1.0", changes = "none" }',
    )
    document = read_model(model(own), WHERE)
    assert [one.origin for one in document.provenances] == ["me"]
