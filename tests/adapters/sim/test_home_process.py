"""The simulated home as others meet it: plugs for a router, a hand for a demo, a process that ends well."""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.kasa.integration import KasaIntegration
from drrouter.adapters.devices.kasa.settings import KasaSettings
from drrouter.adapters.strict_json import plain
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, OutcomeKind
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.domain.measurement import Quantity
from drrouter.domain.rates import Rates, constant
from drrouter.errors import DeviceError, DocumentError
from drrouter.objectmodel import load_catalogue
from drrouter.ports import Device
from drrouter.sim.home_file import SimulatedHome, house_of, read_home
from drrouter.sim.home_process import Addresses, open_home, run_home

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
HOME: dict[str, Any] = {
    "schema": "drrouter.simulated-home/1",
    "devices": [
        {"id": "washer", "alias": "Washer", "address": "127.79.0.1", "model": "generic.washer"},
        {
            "id": "freezer",
            "alias": "Freezer",
            "address": "127.79.0.2",
            "model": "generic.freezer",
            "level": -21.0,
            "on": True,
        },
        {
            "id": "car",
            "alias": "Charger",
            "address": "127.79.0.3",
            "model": "generic.ev_charger",
            "parameters": {"battery_wh": 30000.0},
        },
        {
            "id": "hvac",
            "alias": "Airco",
            "address": "127.79.0.4",
            "model": "generic.hvac_relay",
            "on": True,
            "room": {"target_c": 23.0, "outside_c": [31.0]},
        },
    ],
    "base_load": {"hours_w": [250.0] * 24, "time_zone": "Europe/Amsterdam", "noise": 0.2, "seed": 7},
}


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
def home() -> SimulatedHome:
    return SimulatedHome.model_validate_json(json.dumps(HOME))


@pytest.fixture
async def addresses(home: SimulatedHome, clock: SimulatedClock) -> AsyncIterator[Addresses]:
    async with open_home(home, clock) as (_, opened):
        yield opened


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def devices(addresses: Addresses, clock: SimulatedClock) -> dict[str, Device]:
    """The home's plugs as the router finds them, by their names."""
    settings = KasaSettings.model_validate(
        {"broadcast": "127.255.255.255", "port": addresses.plug_port, "discovery_s": 0.3}
    )
    integration = KasaIntegration(settings, clock)
    found = await integration.discover()
    return {one.identity["alias"]: integration.setup(DeviceId(one.identity["alias"]), one) for one in found}


async def _post(
    http: aiohttp.ClientSession, addresses: Addresses, path: str, body: object
) -> tuple[int, Any]:
    async with http.post(addresses.control + path, json=body) as answer:
        return answer.status, await answer.json()


async def _get(http: aiohttp.ClientSession, addresses: Addresses, path: str) -> Any:
    async with http.get(addresses.control + path) as answer:
        assert answer.status == 200
        return await answer.json()


async def _switch(device: Device, on: bool, clock: SimulatedClock) -> OutcomeKind:
    order = Instruction(f"{clock.now()}", device.id, float(on), "test", clock.now() + MINUTE)
    return (await device.apply(order)).kind


async def _power_w(device: Device) -> float:
    readings = device.readings()
    batch = {reading.quantity: reading.value for reading in await anext(readings)}
    await readings.aclose()  # type: ignore[attr-defined]
    return batch[Quantity.POWER_W]


async def test_a_washer_is_loaded_by_hand_started_by_its_plug_and_metered_through_it(
    addresses: Addresses, devices: dict[str, Device], http: aiohttp.ClientSession, clock: SimulatedClock
) -> None:
    status, state = await _post(http, addresses, "/load", {"device": "washer", "programme": "cotton40"})
    assert (status, state["programme_id"], state["running"]) == (200, "cotton40", False)
    assert await _switch(devices["Washer"], True, clock) is OutcomeKind.DONE
    await clock.advance(10 * MINUTE)
    assert await _power_w(devices["Washer"]) == 1950.0
    await clock.advance(3 * HOUR)
    assert await _power_w(devices["Washer"]) == 0.0
    record = await _get(http, addresses, "/record")
    programme = next(
        one
        for one in load_catalogue()["generic.washer"].flexibility[0].programs  # type: ignore[union-attr]
        if one.id == "cotton40"
    )
    measured = [phase.power_w for phase in programme.phases for _ in range(int(phase.duration_s // 60))]
    assert [round(60 * wh) for wh in record["devices_wh"]["washer"][: len(measured)]] == measured
    assert record["cycles"]["washer"][0]["finished_at"] == "2026-03-01T01:57:00Z"


async def test_a_car_comes_charges_and_leaves(
    addresses: Addresses, devices: dict[str, Device], http: aiohttp.ClientSession, clock: SimulatedClock
) -> None:
    await _post(http, addresses, "/plug_in", {"device": "car", "level_wh": 10000.0})
    await _switch(devices["Charger"], True, clock)
    await clock.advance(2 * HOUR)
    state = (await _get(http, addresses, "/state"))["devices"]["car"]
    assert state["level_wh"] == pytest.approx(10_000 + 2 * 2300 * 0.9)
    assert state["plugged"]
    status, _ = await _post(http, addresses, "/unplug", {"device": "car", "needed_wh": 20000.0})
    assert status == 200
    (departure,) = (await _get(http, addresses, "/record"))["departures"]["car"]
    assert departure["level_wh"] == state["level_wh"]


async def test_the_bill_stands_beside_the_same_day_without_a_router(
    addresses: Addresses, http: aiohttp.ClientSession, clock: SimulatedClock
) -> None:
    await _post(http, addresses, "/load", {"device": "washer", "programme": "cotton40"})
    await clock.advance(4 * HOUR)
    body = {
        "prices": plain(Rates, constant(0.30, Interval(START, START + 4 * HOUR))),
        "limits": [plain(Limit, Limit(Interval(START, START + HOUR), 300.0))],
    }
    status, bill = await _post(http, addresses, "/ledger", body)
    assert status == 200
    assert bill["baseline"]["devices_kwh"]["washer"] == pytest.approx(0.796)
    assert bill["routed"]["devices_kwh"]["washer"] == 0.0
    assert not bill["same_service"]
    assert bill["routed"]["cost"] == pytest.approx(0.3 * bill["routed"]["import_kwh"])
    assert bill["baseline"]["limits"][0]["controllable_over_wh"] > 0


async def test_a_button_on_a_plug_and_a_fault_reach_it(
    addresses: Addresses, devices: dict[str, Device], http: aiohttp.ClientSession, clock: SimulatedClock
) -> None:
    assert (await _get(http, addresses, "/state"))["devices"]["hvac"]["on"]
    _, state = await _post(http, addresses, "/button", {"device": "hvac", "on": False})
    assert not state["on"]
    assert await _power_w(devices["Airco"]) == 0.0
    assert await _post(http, addresses, "/fault", {"device": "hvac", "fault": "refuses"}) == (
        200,
        {"fault": "refuses"},
    )
    assert await _switch(devices["Airco"], True, clock) is OutcomeKind.REFUSED
    await _post(http, addresses, "/fault", {"device": "hvac", "fault": "none"})
    assert await _switch(devices["Airco"], True, clock) is OutcomeKind.DONE


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("/load", {"device": "washer", "programme": "wool"}, "wool"),
        ("/load", {"device": "wahser", "programme": "cotton40"}, "washer"),
        ("/load", {"device": "washer"}, "programme"),
        ("/plug_in", {"device": "freezer"}, "cannot plug_in"),
        ("/unplug", {"device": "car"}, "away"),
        ("/plug_in", {"device": "car", "level_wh": 1e9}, "within"),
        ("/button", {"device": "lamp", "on": True}, "lamp"),
        ("/fault", {"device": "hvac", "fault": "sulks"}, "refuses"),
        ("/ledger", {"prices": {"steps": 5}}, "prices"),
        ("/ledger", [], "simulated home"),
    ],
)
async def test_what_cannot_be_is_refused_with_a_sentence(
    addresses: Addresses, http: aiohttp.ClientSession, path: str, body: object, sentence: str
) -> None:
    status, answer = await _post(http, addresses, path, body)
    assert status == 400
    assert sentence in answer["error"]


async def test_the_home_says_where_it_listens_and_lives_from_minute_to_minute(
    home: SimulatedHome, clock: SimulatedClock, http: aiohttp.ClientSession
) -> None:
    said: list[str] = []
    living = asyncio.create_task(run_home(home, clock, ready=said.append))
    await clock.advance(10 * MINUTE)
    (line,) = map(json.loads, said)
    assert line["plugs"]["freezer"] == f"127.79.0.2:{line['plug_port']}"
    async with http.get(line["control"] + "/record") as answer:
        assert len((await answer.json())["base_wh"]) == 10
    living.cancel()
    await asyncio.gather(living, return_exceptions=True)


async def test_a_port_that_is_taken_is_a_clear_error(home: SimulatedHome, clock: SimulatedClock) -> None:
    with socket.socket() as taken:
        taken.bind(("127.79.0.3", 0))
        taken.listen()
        port = taken.getsockname()[1]
        crowded = home.model_copy(update={"plug_port": port})
        with pytest.raises(DeviceError, match="cannot listen"):
            await run_home(crowded, clock)


async def test_the_process_prints_its_ports_and_ends_on_sigterm(tmp_path: Path) -> None:
    path = tmp_path / "home.json"
    path.write_text(json.dumps(HOME), encoding="utf-8")
    program = "import asyncio, pathlib, sys; from drrouter.sim.home_process import serve_home; "
    program += "asyncio.run(serve_home(pathlib.Path(sys.argv[1]), None))"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    line = json.loads(await process.stdout.readline())
    assert line["control"].startswith("http://127.0.0.1:")
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0


def test_a_home_in_toml_is_the_same_home(tmp_path: Path, home: SimulatedHome) -> None:
    text = ['schema = "drrouter.simulated-home/1"']
    for device in HOME["devices"]:
        text += ["[[devices]]"] + [
            f"{key} = {json.dumps(value)}" for key, value in device.items() if not isinstance(value, dict)
        ]
        text += [
            f"{outer}.{key} = {json.dumps(value)}"
            for outer, table in device.items()
            if isinstance(table, dict)
            for key, value in table.items()
        ]
    text += ["[base_load]"] + [f"{key} = {json.dumps(value)}" for key, value in HOME["base_load"].items()]
    path = tmp_path / "home.toml"
    path.write_text("\n".join(text), encoding="utf-8")
    assert read_home(path) == home


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"devices": []}, "devices"),
        ({"plugport": 5}, "plug_port"),
        ({"devices": [HOME["devices"][0], HOME["devices"][0]]}, "same id"),
        ({"devices": [HOME["devices"][0] | {"address": "192.168.1.5"}]}, "loopback"),
        ({"devices": [HOME["devices"][3] | {"room": {"outside_c": [1.0, 2.0]}}]}, "outside_c"),
        ({"base_load": {"hours_w": [1.0] * 24, "time_zone": "Mars/Olympus"}}, "time zone"),
        ({"base_load": {"hours_w": [1.0]}}, "hours_w"),
    ],
)
def test_a_faulty_home_names_file_key_and_remedy(
    tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    path = tmp_path / "home.json"
    path.write_text(json.dumps(HOME | change), encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        read_home(path)
    assert sentence in caught.value.sentence
    assert "home.json" in caught.value.sentence


def test_a_home_that_is_no_file_or_no_object_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be read"):
        read_home(tmp_path / "none.toml")
    path = tmp_path / "home.json"
    for text, sentence in (("[]", "no JSON object"), ("{", "not JSON")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DocumentError, match=sentence):
            read_home(path)


def test_an_unknown_model_is_named_with_the_nearest(home: SimulatedHome) -> None:
    odd = home.devices[0].model_copy(update={"model": "generic.wascher"})
    with pytest.raises(DocumentError, match=r"generic\.washer"):
        house_of(home.model_copy(update={"devices": (odd,)}), load_catalogue())
