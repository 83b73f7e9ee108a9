"""What Tasmota and Zigbee2MQTT announce comes to devices; what is unusable of it, to nothing."""

import json
from typing import Any

import pytest

from drrouter.adapters.devices.mqtt.entities import Described
from drrouter.adapters.devices.mqtt.payload import Payload
from drrouter.adapters.devices.mqtt.tasmota import Tasmota
from drrouter.adapters.devices.mqtt.values import readings_of
from drrouter.adapters.devices.mqtt.zigbee2mqtt import Zigbee2Mqtt
from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Quantity
from tests.adapters.mqtt.conftest import START

Json = dict[str, Any]


def _payload(value: object) -> Payload:
    return Payload(json.dumps(value).encode())


def _quantities(device: Described) -> list[Quantity]:
    return [sensor.scale.quantity for sensor in device.sensors]


def test_tasmota_measures_what_its_sample_shows() -> None:
    tasmota = Tasmota("tasmota/discovery")
    config = {
        "t": "p",
        "ft": "%topic%/%prefix%/",
        "tp": ["cmnd", "stat", "tele"],
        "rl": [0] * 8,
        "mac": "A4CF12000001",
    }
    sample = {
        "ENERGY": {"Power": 1, "ExportActive": 2},
        "DS18B20": {"Temperature": 68.0},
        "ESP32": {"Temperature": 90.0},
        "TempUnit": "F",
    }
    tasmota.hear("tasmota/discovery/A4CF12000001/config", _payload(config))
    tasmota.hear("tasmota/discovery/A4CF12000001/sensors", _payload({"sn": sample}))
    (device,) = tasmota.described()
    assert _quantities(device) == [Quantity.POWER_W, Quantity.EXPORTED_WH, Quantity.TEMPERATURE_C]
    said = {
        reading.quantity: reading.value
        for reading in readings_of(DeviceId("p"), device, "p/tele/SENSOR", _payload(sample), START, None)
    }
    assert said[Quantity.TEMPERATURE_C] == pytest.approx(20.0)
    tasmota.hear("tasmota/discovery/A4CF12000001/config", Payload(b""))
    tasmota.hear("tasmota/discovery/A4CF12000001/sensors", Payload(b""))
    assert list(tasmota.described()) == []


@pytest.mark.parametrize(
    "config",
    [
        {"t": "p", "ft": "%topic%/", "tp": ["a", "b", "c"]},
        {"t": "p", "ft": "%prefix%/%topic%/%hostname%", "tp": ["a", "b", "c"]},
        {"t": "#", "ft": "%prefix%/%topic%/", "tp": ["a", "b", "c"]},
        {"t": "p", "ft": "%prefix%/%topic%/", "tp": ["a"]},
        {"t": 7, "ft": None, "tp": None},
        {"t": "p", "ft": "%prefix%/%topic%/", "tp": ["a", "b", "c"], "mac": "no"},
    ],
)
def test_a_tasmota_announcement_without_usable_topics_is_left_out(config: Json) -> None:
    tasmota = Tasmota("tasmota/discovery")
    tasmota.hear("tasmota/discovery/A4CF12000001/config", _payload(config))
    assert list(tasmota.described()) == []


def test_a_tasmota_relay_may_say_other_words_than_on_and_off() -> None:
    tasmota = Tasmota("t")
    config = {"t": "p", "ft": "%prefix%/%topic%/", "tp": ["c", "s", "t"], "rl": [1], "state": ["AUS", "EIN"]}
    tasmota.hear("t/A4CF12000001/config", _payload(config))
    (device,) = tasmota.described()
    assert device.relay is not None
    assert (device.relay.on, device.relay.off) == ("EIN", "AUS")
    assert device.relay.state("s/p/POWER1", Payload(b"EIN")) is True
    assert device.relay.state("s/p/RESULT", _payload({"POWER": "AUS"})) is False
    assert device.relay.state("s/p/POWER", Payload(b"HOLD")) is None


def _exposed(*exposes: object, **more: object) -> list[Described]:
    bridge = Zigbee2Mqtt("z")
    listed = {
        "ieee_address": "0x00158d0000000001",
        "friendly_name": "two/plugs",
        "definition": {"exposes": list(exposes)},
    }
    bridge.hear("z/bridge/devices", _payload([listed | more, 7, {"ieee_address": "x"}]))
    return list(bridge.described())


def _state(end: str) -> Json:
    name = f"state_{end}"
    return {
        "type": "switch",
        "features": [{"type": "binary", "name": "state", "property": name, "access": 7, "endpoint": end}, 7],
    }


def test_each_end_of_a_zigbee_strip_is_a_device_with_its_own_power() -> None:
    power = {"name": "power", "property": "power_l2", "access": 1, "unit": "W", "endpoint": "l2"}
    whole, left, right = _exposed(_state("l1"), _state("l2"), power)
    assert not whole.is_useful
    assert left.identity["alias"] == "two/plugs l1"
    assert left.sensors == ()
    assert right.topics == {"z/two/plugs"}
    assert right.relay is not None
    assert right.relay.on == '{"state_l2": "ON"}'
    assert _quantities(right) == [Quantity.POWER_W]
    assert right.asks == (("z/two/plugs/get", '{"state_l1": "", "state_l2": ""}'),)


def test_a_zigbee_device_that_is_disabled_or_without_definition_does_nothing() -> None:
    for more in ({"disabled": True}, {"definition": None}, {"definition": {"exposes": 7}}):
        (device,) = _exposed(_state("l1"), **more)
        assert not device.is_useful


def test_a_zigbee_name_that_is_no_topic_is_left_out() -> None:
    assert _exposed(_state("l1"), friendly_name="#") == []


def test_a_zigbee_state_that_cannot_be_told_is_no_switch() -> None:
    contact = {"type": "switch", "features": [{"name": "state", "property": "state", "access": 1}]}
    (device,) = _exposed(contact, {"name": "temperature", "property": "t", "access": 1, "unit": "°C"})
    assert device.relay is None
    assert _quantities(device) == [Quantity.TEMPERATURE_C]


def test_a_zigbee_value_whose_name_is_no_text_is_passed_over() -> None:
    (device,) = _exposed(_state("l1"), {"name": {}, "access": 7}, {"name": ["power"], "access": 7})
    assert device.asks == (("z/two/plugs/get", '{"state_l1": ""}'),)


def test_a_name_of_which_nothing_can_be_shown_gives_way_to_the_hardware_address() -> None:
    whole, *_ = _exposed(_state("l1"), _state("l2"), friendly_name=" ")
    assert whole.identity["alias"] == "0x00158d0000000001"
    tasmota = Tasmota("t")
    config = {"t": " ", "ft": "%prefix%/%topic%/", "tp": ["c", "s", "t"], "rl": [1, 1]}
    tasmota.hear("t/A4CF12000001/config", _payload(config))
    assert [one.identity["alias"] for one in tasmota.described()] == [
        "A4:CF:12:00:00:01 1",
        "A4:CF:12:00:00:01 2",
    ]
