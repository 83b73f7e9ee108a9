"""What announcements in Home Assistant's format come to: units, classes, twins, wildcards, garbage."""

import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from drrouter.adapters.devices.mqtt.directory import Directory
from drrouter.adapters.devices.mqtt.discovery import Discovery
from drrouter.adapters.devices.mqtt.entities import Described, Mode
from drrouter.adapters.devices.mqtt.payload import Payload
from drrouter.adapters.devices.mqtt.session import Session
from drrouter.adapters.devices.mqtt.settings import MqttSettings
from drrouter.adapters.devices.mqtt.tasmota import Tasmota
from drrouter.adapters.devices.mqtt.values import readings_of
from drrouter.adapters.devices.mqtt.zigbee2mqtt import Zigbee2Mqtt
from drrouter.adapters.executor import InlineExecutor
from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Quality, Quantity
from tests.adapters.mqtt.conftest import START

Json = dict[str, Any]
DEVICE: Json = {"ids": ["one"], "name": "One"}


def _payload(value: object) -> Payload:
    return Payload(json.dumps(value).encode())


def _announced(*announcements: tuple[str, object]) -> list[Described]:
    discovery = Discovery("homeassistant")
    for topic, config in announcements:
        discovery.hear(f"homeassistant/{topic}/config", _payload(config))
    return list(discovery.described())


def _sensor(**more: object) -> Json:
    return {"stat_t": "x", "dev_cla": "power", "unit_of_meas": "W", "dev": DEVICE} | more


def _switch(**more: object) -> Json:
    return {"stat_t": "x", "cmd_t": "y", "dev": DEVICE} | more


def _quantities(devices: Iterable[Described]) -> list[Quantity]:
    return [sensor.scale.quantity for device in devices for sensor in device.sensors]


@pytest.mark.parametrize(
    ("device_class", "unit", "said", "quantity", "value"),
    [
        ("power", "kW", 1.5, Quantity.POWER_W, 1500.0),
        ("energy", "kWh", 2, Quantity.ENERGY_WH, 2000.0),
        ("temperature", "°F", 68, Quantity.TEMPERATURE_C, 20.0),
        ("battery", "%", 55, Quantity.LEVEL_PERCENT, 55.0),
        ("energy_storage", "kWh", 5, Quantity.LEVEL_WH, 5000.0),
        ("voltage", "V", 231, Quantity.VOLTAGE_V, 231.0),
    ],
)
def test_classes_and_units_become_our_quantities(
    device_class: str, unit: str, said: float, quantity: Quantity, value: float
) -> None:
    (device,) = _announced(("sensor/one/x", _sensor(dev_cla=device_class, unit_of_meas=unit)))
    (reading,) = readings_of(DeviceId("one"), device, "x", _payload(said), START, None)
    assert reading.quantity is quantity
    assert reading.value == pytest.approx(value)


def test_what_was_given_is_told_from_what_was_taken_and_from_what_starts_anew() -> None:
    energy = {"dev_cla": "energy", "unit_of_meas": "kWh"}
    devices = _announced(
        ("sensor/one/energy_today", _sensor(**energy)),
        ("sensor/one/exported_total", _sensor(**energy, stat_cla="total_increasing")),
        ("sensor/one/total", _sensor(**energy)),
    )
    assert sorted(_quantities(devices)) == [Quantity.ENERGY_WH, Quantity.EXPORTED_WH]


def test_the_counter_that_only_rises_is_preferred() -> None:
    energy = {"dev_cla": "energy", "unit_of_meas": "kWh"}
    (device,) = _announced(
        ("sensor/one/a", _sensor(**energy, stat_t="other")),
        ("sensor/one/total", _sensor(**energy, stat_t="rising", stat_cla="total_increasing")),
    )
    assert device.topics == {"rising"}


def test_a_coin_cell_a_chip_and_settings_of_the_device_are_nothing_to_steer_by() -> None:
    assert (
        _announced(
            ("sensor/one/battery", _sensor(dev_cla="battery", unit_of_meas="%", ent_cat="diagnostic")),
            ("sensor/one/chip", _sensor(dev_cla="temperature", unit_of_meas="°C", ent_cat="diagnostic")),
            ("switch/one/lock", {"stat_t": "x", "cmd_t": "y", "ent_cat": "config", "dev": DEVICE}),
            ("number/one/limit", _sensor(cmd_t="y", ent_cat="config")),
            ("number/one/volume", _sensor(cmd_t="y", unit_of_meas="%")),
            ("light/one/lamp", {"stat_t": "x", "cmd_t": "y", "dev": DEVICE}),
        )
        == []
    )


@pytest.mark.parametrize(
    ("topic", "config", "reason"),
    [
        ("sensor/one/a", _sensor(val_tpl="{{ value | multiply(2) }}"), "value template is not understood"),
        ("sensor/one/a", _sensor(stat_t="#"), "state topic is missing or none"),
        ("sensor/one/a", _sensor(stat_t=7), "state topic is missing or none"),
        ("switch/one/a", {"stat_t": "x", "dev": DEVICE}, "command topic is missing or none"),
        (
            "switch/one/a",
            _switch(cmd_tpl="{{ x }}"),
            "command template",
        ),
        (
            "switch/one/a",
            _switch(pl_on="x" * 300),
            "payload on is none",
        ),
        ("number/one/a", _sensor(cmd_t="y", min=9, max=1), "limits are none"),
        ("number/one/a", _sensor(cmd_t="y", cmd_tpl="{{ value * 2 }}"), "command template"),
    ],
)
def test_what_is_not_understood_is_left_out_and_said_so(topic: str, config: Json, reason: str) -> None:
    (device,) = _announced((topic, config), ("sensor/one/v", _sensor(dev_cla="voltage", unit_of_meas="V")))
    (remark,) = device.remarks
    assert remark.startswith("a: its ")
    assert reason in remark
    assert device.relay is None
    assert device.knob is None


def test_a_remark_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    home = MqttSettings(host="127.0.0.1")
    directory = Directory(home, Session(home, None, tmp_path, InlineExecutor()))
    directory._announced(
        directory._dialects[-1], "homeassistant/sensor/a/config", _payload(_sensor(val_tpl="{{ x }}"))
    )
    for _ in range(2):
        directory._stale = True
        directory.refresh()
    assert caplog.text.count("One: left out is a: its value template is not understood") == 1


def test_base_topics_are_put_in_their_place() -> None:
    config = {
        "~": "home/plug",
        "stat_t": "~/state",
        "cmd_t": "set/~",
        "avty": [{"t": "~/there", "pl_avail": "yes", "pl_not_avail": "no"}, {"t": "#"}],
        "avty_mode": "all",
        "dev": DEVICE,
    }
    (device,) = _announced(("switch/one/relay", config))
    assert device.relay is not None
    assert device.topics == {"home/plug/state"}
    assert device.relay.topic == "set/home/plug"
    assert device.mode is Mode.ALL
    (there,) = device.availability
    assert (there.source.topic, there.says(Payload(b"yes")), there.says(Payload(b"no"))) == (
        "home/plug/there",
        True,
        False,
    )


def test_a_whole_device_shares_what_it_says_once() -> None:
    config = {
        "~": "w",
        "dev": DEVICE,
        "avty_t": "~/there",
        "stat_t": "~/state",
        "cmps": {
            "p": {"p": "sensor", "dev_cla": "power", "unit_of_meas": "W", "val_tpl": "{{ value_json.p }}"},
            "r": {"p": "switch", "cmd_t": "~/set", "stat_t": "~/relay", "exp_aft": 60},
            "x": {"p": "sensor"},
            "y": 7,
        },
    }
    (device,) = _announced(("device/w", config))
    assert device.topics == {"w/state", "w/relay"}
    assert device.availability[0].source.topic == "w/there"
    assert device.stated == timedelta(seconds=60)
    assert device.remarks == ()


def test_each_of_several_switches_is_a_device() -> None:
    switch = {"stat_t": "x", "cmd_t": "y", "dev": DEVICE}
    devices = _announced(
        ("switch/one/left", switch), ("switch/one/right", switch), ("sensor/one/power", _sensor())
    )
    assert [(device.identity["id"], device.identity["alias"]) for device in devices] == [
        ("one/left", "One left"),
        ("one/right", "One right"),
        ("one", "One"),
    ]


def test_entities_that_share_an_identifier_or_an_address_are_of_one_device() -> None:
    mac = [["mac", "02:4d:51:00:00:01"]]
    voltage = {"dev_cla": "voltage", "unit_of_meas": "V"}
    energy = {"dev_cla": "energy", "unit_of_meas": "kWh"}
    (device,) = _announced(
        ("sensor/a", _sensor(dev={"ids": "one", "name": "One"})),
        ("sensor/b", _sensor(**voltage, dev={"cns": mac})),
        ("sensor/c", _sensor(**energy, dev={"ids": ["two", "one"], "cns": mac})),
    )
    assert device.identity["id"] == "one"
    assert device.identity["mac"] == "02:4D:51:00:00:01"
    assert len(device.sensors) == 3


def test_an_entity_without_device_is_a_device() -> None:
    (device,) = _announced(("sensor/lonely", {**_sensor(name="Lonely", uniq_id="u1"), "dev": None}))
    assert (device.identity["id"], device.identity["alias"]) == ("u1", "Lonely")


def test_names_are_cleaned() -> None:
    (device,) = _announced(("sensor/one/a", _sensor(dev={"ids": "e\u202evil\x1b[2J", "name": "<b>\n" * 50})))
    assert device.identity["id"] == "evil[2J"
    assert len(device.identity["alias"]) <= 64


def test_an_entity_of_whose_names_nothing_can_be_shown_is_left_out() -> None:
    nameless = {**_sensor(), "dev": None}
    assert _announced(("sensor/\u202e", nameless), ("sensor/x/\x1b", nameless)) == []


def test_topics_invented_without_end_are_kept_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drrouter.adapters.devices.mqtt.discovery.MOST_CONFIGS", 3)
    assert len(_announced(*((f"sensor/n/{n}", _sensor(dev={"ids": str(n)})) for n in range(9)))) == 3


def test_a_power_that_the_broker_kept_is_an_estimate_and_one_through_an_open_switch_is_bad() -> None:
    (device,) = _announced(("sensor/one/p", _sensor()))
    kept = Payload(b"70", retained=True)
    (reading,) = readings_of(DeviceId("one"), device, "x", kept, START, None)
    assert reading.quality is Quality.ESTIMATED
    (reading,) = readings_of(DeviceId("one"), device, "x", Payload(b"70"), START, False)
    assert reading.quality is Quality.BAD


@pytest.mark.parametrize(
    ("mode", "said", "away"),
    [
        ("all", ("online", "offline"), True),
        ("any", ("online", "offline"), False),
        ("any", ("offline", "offline"), True),
        ("latest", ("offline", "online"), False),
        ("latest", ("online", "offline"), True),
        ("all", ("garbage", "garbage"), False),
    ],
)
def test_several_topics_say_together_whether_a_device_is_there(
    tmp_path: Path, mode: str, said: tuple[str, str], away: bool
) -> None:
    home = MqttSettings(host="127.0.0.1")
    directory = Directory(home, Session(home, None, tmp_path, InlineExecutor()))
    config = _sensor(avty=[{"topic": "a"}, {"topic": "b"}], avty_mode=mode)
    directory._announced(directory._dialects[-1], "homeassistant/sensor/p/config", _payload(config))
    directory.refresh()
    for topic, word in zip("ab", said, strict=True):
        directory._hear(topic, Payload(word.encode()))
    assert ("one" not in directory.present()) is away


SOME_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        *("~", "stat_t", "cmd_t", "avty", "avty_t", "dev", "cmps", "ids", "cns", "p", "pl_on", "exp_aft"),
        *("val_tpl", "t", "ft", "tp", "rl", "mac", "sn", "ENERGY", "exposes"),
    ]
)
HOSTILE = st.dictionaries(KEYS, SOME_JSON | st.dictionaries(KEYS, SOME_JSON, max_size=3), max_size=6)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(HOSTILE, st.sampled_from(["sensor", "switch", "number", "device"]))
def test_no_announcement_is_too_strange_to_be_read(config: Json, component: str) -> None:
    power: Json = {"dev_cla": "power", "unit_of_meas": "W"}
    list(_announced((f"{component}/x", config), (f"{component}/y", power | config)))
    tasmota, bridge = Tasmota("t"), Zigbee2Mqtt("z")
    usual = {"t": "p", "ft": "%prefix%/%topic%/", "tp": ["c", "s", "t"], "mac": "A4CF12000001"}
    for half in ("config", "sensors"):
        tasmota.hear(f"t/A4CF12000001/{half}", _payload(usual | config))
    list(tasmota.described())
    known = {"ieee_address": "0x00158d0000000001", "friendly_name": "x", "definition": config}
    bridge.hear("z/bridge/devices", _payload([known, known | config, config]))
    list(bridge.described())


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({}, "host"),
        ({"host": "192.168.1.4"}, "plain text"),
        ({"host": "localhost", "password_file": "x"}, "no username"),
        ({"host": "localhost", "ca_file": "x"}, "no TLS"),
        ({"host": "localhost", "discovery_prefix": "#"}, "discovery_prefix"),
        ({"host": "localhost", "silent_after": 3}, "silent_after"),
    ],
)
def test_a_senseless_setting_is_refused(table: Json, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        MqttSettings.model_validate(table)


def test_plain_text_beyond_this_machine_needs_a_reason_and_tls_none() -> None:
    plain = MqttSettings(host="192.168.1.4", plain="a cable to nobody else")
    tls = MqttSettings(host="broker.home", tls=True)
    assert (plain.at, tls.at) == (("192.168.1.4", 1883), ("broker.home", 8883))


def test_a_home_may_turn_dialects_off(tmp_path: Path) -> None:
    home = MqttSettings(host="localhost", discovery_prefix="", tasmota_prefix="", zigbee2mqtt=())
    directory = Directory(home, Session(home, None, tmp_path, InlineExecutor()))
    assert directory._dialects == []
