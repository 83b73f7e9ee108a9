"""What Home Assistant tells of entities and registries comes to devices, however strange it is."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from drrouter.adapters.devices.homeassistant.house import House
from drrouter.adapters.devices.homeassistant.settings import HomeassistantSettings
from drrouter.domain.measurement import Quantity

Json = dict[str, Any]
POWER: Json = {"device_class": "power", "unit_of_measurement": "W"}


def _house(*states: Json, entities: object = (), devices: object = (), config: object = None) -> House:
    house = House()
    house.begin(list(states), entities, devices, config)
    return house


def _state(entity_id: str, state: str = "1", **attributes: object) -> Json:
    return {"entity_id": entity_id, "state": state, "attributes": attributes}


def test_the_counter_that_only_rises_is_preferred_and_one_of_today_is_none() -> None:
    energy = {"device_class": "energy", "unit_of_measurement": "kWh"}
    entries = [{"entity_id": f"sensor.{name}", "device_id": "d"} for name in ("a", "total", "energy_today")]
    house = _house(
        _state("sensor.a", **energy),
        _state("sensor.total", **energy, state_class="total_increasing"),
        _state("sensor.energy_today", **energy, state_class="total_increasing"),
        entities=entries,
        devices=[{"id": "d", "name": "D"}],
    )
    (device,) = house.devices().values()
    assert [sensor.entity_id for sensor in device.sensors] == ["sensor.total"]


def test_what_configures_or_diagnoses_a_device_is_nothing_to_steer_by() -> None:
    entries = [
        {"entity_id": "switch.lock", "entity_category": "config"},
        {"entity_id": "number.limit", "entity_category": "config"},
        {"entity_id": "sensor.cell", "entity_category": "diagnostic"},
    ]
    house = _house(
        _state("switch.lock", "on"),
        _state("number.limit", unit_of_measurement="W"),
        _state("sensor.cell", device_class="battery", unit_of_measurement="%"),
        _state("light.lamp", "on"),
        _state("number.volume", unit_of_measurement="%"),
        _state("number.odd", unit_of_measurement="W", min=3, max=1),
        entities=entries,
    )
    assert house.devices() == {}


def test_the_climate_measures_in_the_unit_of_the_home() -> None:
    room = _state("climate.room", "off", current_temperature=68)
    house = _house(room, config={"unit_system": {"temperature": "°F"}})
    (device,) = house.devices().values()
    state = house.state("climate.room")
    assert device.relay is None
    assert state is not None
    assert device.sensors[0].value(state) == pytest.approx(20.0)


def test_another_unit_makes_another_sensor() -> None:
    house = _house(_state("sensor.p", **POWER))
    assert house.devices()["sensor.p"].sensors[0].scale.quantity is Quantity.POWER_W
    changed = _state("sensor.p", device_class="temperature", unit_of_measurement="°C")
    house.hear({"data": {"new_state": changed}})
    assert house.devices()["sensor.p"].sensors[0].scale.quantity is Quantity.TEMPERATURE_C


def test_entities_invented_without_end_are_kept_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drrouter.adapters.devices.homeassistant.house.MOST_ENTITIES", 2)
    house = _house(*(_state(f"sensor.{n}", **POWER) for n in range(5)))
    house.hear({"data": {"new_state": _state("sensor.9", **POWER)}})
    assert len(house.devices()) == 2


def test_names_are_cleaned_and_the_owners_name_goes_first() -> None:
    devices = [
        {"id": "d", "name": "Maker's", "name_by_user": "\u202eMine\x1b[2J", "connections": [["mac", "x"], 7]}
    ]
    house = _house(
        _state("sensor.p", **POWER), entities=[{"entity_id": "sensor.p", "device_id": "d"}], devices=devices
    )
    assert house.devices()["d"].identity == {"alias": "Mine[2J", "id": "d"}


SOME_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        *("entity_id", "state", "attributes", "device_id", "entity_category", "id", "name", "connections"),
        *("device_class", "unit_of_measurement", "supported_features", "min", "max", "data", "new_state"),
    ]
)
HOSTILE = st.dictionaries(KEYS, SOME_JSON | st.dictionaries(KEYS, SOME_JSON, max_size=3), max_size=6)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(HOSTILE, st.sampled_from(["sensor", "switch", "number", "climate", "binary_sensor"]))
def test_nothing_is_too_strange_to_be_taken_in(table: Json, domain: str) -> None:
    usual = _state(f"{domain}.x", **POWER)
    house = _house(usual | table, table, entities=[table, usual | table], devices=[table], config=table)
    house.hear(table)
    house.hear({"data": {"new_state": usual | table}})
    for device in house.devices().values():
        house.is_away(device)


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"url": "http://127.0.0.1"}, "token_file"),
        ({"url": "http://homeassistant.local:8123", "token_file": "t"}, "plain text"),
        ({"url": "ftp://127.0.0.1", "token_file": "t"}, "url"),
        ({"url": "http://user:secret@127.0.0.1", "token_file": "t"}, "url"),
        ({"url": "http://127.0.0.1", "token_file": "t", "pause": [{"match": "x"}]}, "least_pause_s"),
    ],
)
def test_a_senseless_setting_is_refused(table: Json, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem) as caught:
        HomeassistantSettings.model_validate(table)
    assert "secret" not in str(caught.value)


def test_the_socket_is_where_the_browser_looks() -> None:
    tls = HomeassistantSettings(url="https://home.example/", token_file="t")
    plain = HomeassistantSettings(url="http://10.0.0.2:8123", token_file="t", plain="a network of its own")
    assert tls.socket_url == "wss://home.example/api/websocket"
    assert plain.socket_url == "ws://10.0.0.2:8123/api/websocket"
