"""The VTN inside the home, found by mDNS and read by clients that others wrote, over real bytes."""

import asyncio
import importlib
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from aiomqtt import Client as MqttClient

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.mdns import Browser
from drrouter.adapters.sp.openadr3 import OpenAdr3Provider, Openadr3Settings
from drrouter.adapters.vtn.announce import Announcement, announced
from drrouter.adapters.vtn.local import LocalVtn, LocalVtnSettings
from drrouter.app import Options, running
from drrouter.config import load_home
from drrouter.domain.event import Event, PayloadType
from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.rates import Rates
from drrouter.domain.signal import EventReceived, EventsComplete
from drrouter.domain.timeline import Timeline
from drrouter.errors import InputError
from drrouter.router.local_price import LocalPrice, local_series
from tests.adapters.mqtt.broker import HomeBroker
from tests.adapters.vtn.world import NOW, Client
from tests.unit.config.homes import SITE

HOUR = timedelta(hours=1)
CLIENTS = """
[[client]]
id = "heat-pump"
secret = "hp"
role = "ven"
ven_name = "heat-pump"
targets = ["heat_pump"]

[[client]]
id = "fridge"
secret = "fr"
role = "ven"
ven_name = "fridge"
"""


def rates(*values: float, step: timedelta = HOUR) -> Rates:
    starts = [NOW + place * step for place in range(len(values))]
    return Rates(tuple((Interval(at, at + step), one) for at, one in zip(starts, values, strict=True)))


def limit(watts: float, *members: str, hours: int = 2) -> Limit:
    scope = Scope.DEVICE if members else Scope.SITE
    names = tuple(DeviceId(one) for one in members)
    return Limit(Interval(NOW, NOW + hours * HOUR), watts, scope, names)


def timeline(*limits: Limit, price: Rates | None = None) -> Timeline:
    return Timeline("EUR", price or rates(0.30, 0.20), Rates(), rates(400.0, 100.0), limits)


class Home:
    """A local VTN that is served, and what its router knows."""

    def __init__(self, folder: Path, state: Path | None = None, mqtt: str | None = None) -> None:
        self.clients = clients = folder / "clients.toml"
        clients.write_text(CLIENTS)
        clients.chmod(0o600)
        self.clock = SimulatedClock(NOW)
        self.name = f"drrouter-{uuid4().hex[:8]}"
        self.vtn = LocalVtn(
            LocalVtnSettings(clients, port=0, name=self.name, state=state, mqtt=mqtt), self.clock
        )
        self.timeline = timeline(limit(4200), limit(1500, "heat_pump"))
        self.teller = LocalPrice(lambda: self.timeline, self.vtn, self.clock, co2_price_per_kg=0.1)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.vtn.port}"

    async def read(self, client_id: str, secret: str) -> list[Event]:
        """What our own VEN reads as this client."""
        settings = Openadr3Settings(
            ProviderId("home"), self.url, client_id=client_id, client_secret=secret, ven_name=client_id
        )
        found = []
        signals = OpenAdr3Provider(settings, SimulatedClock(NOW)).signals()
        async for signal in signals:
            if isinstance(signal, EventReceived):
                found.append(signal.event)
            if isinstance(signal, EventsComplete):
                break
        await signals.aclose()
        return found


@asynccontextmanager
async def served(home: Home) -> AsyncIterator[None]:
    """It is served and told while this is entered."""
    tasks = [asyncio.create_task(home.vtn.serve()), asyncio.create_task(home.teller.run())]
    await asyncio.wait_for(home.vtn.ready(), 20)
    await home.clock.settle()
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    home = Home(tmp_path)
    async with served(home):
        yield home


def foreign(module: str) -> Any:
    """A library that says nothing of its types."""
    return importlib.import_module(module)


async def test_devices_find_it_by_mdns(home: Home) -> None:
    browser = Browser(("_openadr3._tcp",), interfaces=("127.0.0.1",))
    async with browser:
        while not (found := [one for one in await browser.announced() if one.name == home.name]):
            await asyncio.wait_for(browser.changed(), 20)
    facts = found[0].facts
    assert (found[0].host, found[0].port) == ("127.0.0.1", home.vtn.port)
    assert (facts["version"], facts["requires_auth"]) == ("3.1.0", "true")
    assert facts["program_names"] == "local price,local limits"
    assert facts.get("base_path", "") == ""


async def test_our_ven_reads_price_burden_and_limit(home: Home) -> None:
    events = {event.name: event for event in await home.read("fridge", "fr")}
    assert set(events) == {"price", "ghg", "limit"}
    assert [payload.value for payload in events["price"].payloads] == pytest.approx([0.34, 0.21])
    assert events["price"].currency == "EUR"
    assert [payload.value for payload in events["limit"].payloads] == [4200.0]


async def test_the_limit_of_a_device_is_seen_by_that_device_alone(home: Home) -> None:
    async with aiohttp.ClientSession() as http:
        await enrol(home.url, http, "heat-pump", "hp")
    assert {event.name for event in await home.read("heat-pump", "hp")} >= {"limit", "limit heat_pump"}
    assert "limit heat_pump" not in {event.name for event in await home.read("fridge", "fr")}


async def enrol(url: str, http: aiohttp.ClientSession, client_id: str, secret: str) -> Client:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    async with http.post(f"{url}/auth/token", data=form) as answer:
        client = Client(url, http, (await answer.json())["access_token"])
    await client.ask("POST", "/vens", {"objectType": "VEN_VEN_REQUEST", "venName": client_id})
    return client


async def test_a_device_reports_back(home: Home) -> None:
    async with aiohttp.ClientSession() as http:
        client = await enrol(home.url, http, "fridge", "fr")
        (event,) = [one for one in await client.all("/events") if one["eventName"] == "price"]
        rows = [{"id": 0, "payloads": [{"type": "USAGE", "values": [0.1]}]}]
        report = await client.make(
            "/reports",
            eventID=event["id"],
            clientName="fridge",
            resources=[{"resourceName": "fridge", "intervals": rows}],
        )
        assert report["eventID"] == event["id"]


async def test_a_change_is_told_soon_and_what_is_the_same_stays(home: Home) -> None:
    async with aiohttp.ClientSession() as http:
        client = await enrol(home.url, http, "fridge", "fr")
        before = {one["eventName"]: one for one in await client.all("/events")}
        home.timeline = timeline(price=rates(0.5, 0.2))
        await home.clock.advance(timedelta(minutes=1))
        after = {one["eventName"]: one for one in await client.all("/events")}
    assert set(after) == {"price", "ghg"}
    assert after["ghg"] == before["ghg"]
    assert after["price"]["id"] == before["price"]["id"]
    assert after["price"]["modificationDateTime"] > before["price"]["modificationDateTime"]


async def test_python_oa3_client_reads_price_and_limit(home: Home) -> None:
    def read() -> dict[str, list[float]]:
        with foreign("openadr3_client.ven").VenClient(
            url=home.url, client_id="fridge", client_secret="fr"
        ) as client:
            client.register("fridge")
            events = client.api.events()
            return {
                event.event_name: [float(p.values[0]) for row in event.intervals for p in row.payloads]
                for event in events
            }

    found = await asyncio.to_thread(read)
    assert found["price"] == pytest.approx([0.34, 0.21])
    assert found["limit"] == [4.2]


async def test_oadr30_ven_ud_reads_price_and_limit(home: Home) -> None:
    def read() -> dict[str, list[float]]:
        vtn = foreign("oadr30.vtn").VTNOps(home.url, "fridge", "fr")
        return {
            event["eventName"]: [float(p["values"][0]) for row in event["intervals"] for p in row["payloads"]]
            for event in vtn.get_events()
        }

    found = await asyncio.to_thread(read)
    assert found["price"] == pytest.approx([0.34, 0.21])
    assert found["limit"] == [4.2]


async def test_toadr3_reads_price_and_limit(home: Home) -> None:
    toadr3 = foreign("toadr3")
    config = toadr3.OAuthScopeConfig(
        f"{home.url}/auth/token", "client_credentials", "read_all", "fridge", "fr"
    )
    async with aiohttp.ClientSession() as http:
        events = await toadr3.ToadrClient(home.url, config, http).get_events()
    found = {
        event.event_name: [float(p.values[0]) for row in event.intervals for p in row.payloads]
        for event in events
    }
    assert found["price"] == pytest.approx([0.34, 0.21])
    assert found["limit"] == [4.2]


async def test_it_is_part_of_a_whole_home(tmp_path: Path) -> None:
    (tmp_path / "clients.toml").write_text(CLIENTS)
    (tmp_path / "clients.toml").chmod(0o600)
    name = f"drrouter-{uuid4().hex[:8]}"
    home = tmp_path / "home.toml"
    table = f'[local_vtn]\nclients = "clients.toml"\nport = 0\nname = "{name}"\n[api]\nport = 0\n'
    home.write_text(SITE.replace("generic.nl_dynamic", "generic.nl_day_night") + table)
    async with (
        Browser(("_openadr3._tcp",), interfaces=("127.0.0.1",)) as browser,
        running(load_home(home), Options()),
        aiohttp.ClientSession() as http,
    ):
        while not (found := [one for one in await browser.announced() if one.name == name]):
            await asyncio.wait_for(browser.changed(), 20)
        client = await enrol(f"http://127.0.0.1:{found[0].port}", http, "fridge", "fr")
        programs = {one["programName"] for one in await client.all("/programs")}
        assert programs == {"local price", "local limits"}
        assert {one["eventName"] for one in await client.all("/events")} == {"price", "ghg"}


async def test_what_is_kept_survives_a_restart_and_is_not_told_twice(tmp_path: Path) -> None:
    home = Home(tmp_path, state=tmp_path / "vtn.sqlite")
    ids: list[set[str]] = []
    for _ in range(2):
        async with served(home), aiohttp.ClientSession() as http:
            client = await enrol(home.url, http, "fridge", "fr")
            ids.append({one["id"] for one in await client.all("/events")})
    assert ids[0] == ids[1]


async def test_a_name_or_interface_that_does_not_work_is_said(tmp_path: Path) -> None:
    settings = LocalVtnSettings(Home(tmp_path).clients, host="192.0.2.1", port=0)
    with pytest.raises(InputError, match=r"192\.0\.2\.1"):
        await LocalVtn(settings, SimulatedClock(NOW)).serve()
    with pytest.raises(InputError, match="cannot be announced"):
        async with announced(Announcement("drrouter", "192.0.2.1", 1)):
            pass


async def test_a_change_is_told_over_mqtt_and_nobody_hears_what_is_not_for_him(tmp_path: Path) -> None:
    broker = HomeBroker()
    await broker.start()
    try:
        home = Home(tmp_path, mqtt=f"mqtt://127.0.0.1:{broker.port}")
        heard: list[tuple[str, str]] = []
        async with (
            served(home),
            aiohttp.ClientSession() as http,
            MqttClient("127.0.0.1", broker.port) as listener,
        ):
            pump = await enrol(home.url, http, "heat-pump", "hp")
            fridge = await enrol(home.url, http, "fridge", "fr")
            (ven,) = await pump.all("/vens")
            told = (await pump.ask("GET", "/notifiers")).body["MQTT"]
            assert told["URIS"] == [f"mqtt://127.0.0.1:{broker.port}"]
            place = f"/notifiers/mqtt/topics/vens/{ven['id']}/events"
            topics = (await pump.ask("GET", place)).body["topics"]
            assert (await fridge.ask("GET", place)).status == 404
            assert set(topics) == {"CREATE", "UPDATE", "DELETE", "ALL"}
            assert (await fridge.ask("GET", "/notifiers/mqtt/topics/reports")).status == 404
            await listener.subscribe("openadr3/#")
            home.timeline = timeline(limit(3000), limit(1000, "heat_pump"))
            await home.clock.advance(timedelta(minutes=1))
            async with asyncio.timeout(20):
                async for notice in listener.messages:
                    payload = notice.payload
                    assert isinstance(payload, bytes)
                    heard.append((str(notice.topic), json.loads(payload)["object"]["eventName"]))
                    if heard[-1] == (topics["UPDATE"], "limit heat_pump"):
                        break
        mine = [topic for topic, name in heard if name == "limit heat_pump"]
        assert mine == [topics["UPDATE"]]
        assert ("openadr3/events/update", "limit") in heard
    finally:
        await broker.stop()


async def test_a_broker_that_is_away_costs_the_notices_alone(tmp_path: Path) -> None:
    home = Home(tmp_path, mqtt="mqtt://127.0.0.1:1")
    async with served(home), aiohttp.ClientSession() as http:
        client = await enrol(home.url, http, "fridge", "fr")
        assert len(await client.all("/events")) == 3


async def test_without_the_library_for_mqtt_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "aiomqtt", None)
    with pytest.raises(InputError, match=r"drrouter\[mqtt\]"):
        await Home(tmp_path, mqtt="mqtt://127.0.0.1:1").vtn.serve()


def test_a_step_is_told_from_its_start_so_that_looking_again_changes_nothing() -> None:
    known = timeline(limit(4200))
    assert local_series(known, NOW) == local_series(known, NOW + timedelta(minutes=30))
    later = local_series(known, NOW + HOUR)
    assert [value for _, value in later[0].steps] == [0.2]


def test_a_price_is_cut_where_its_burden_changes() -> None:
    known = Timeline("EUR", rates(0.3, step=2 * HOUR), Rates(), rates(400.0, 100.0))
    (price, _) = local_series(known, NOW, 0.1)
    assert [value for _, value in price.steps] == pytest.approx([0.34, 0.31])
    assert price.kind is PayloadType.PRICE


def test_the_tightest_limit_is_told_and_a_guaranteed_minimum_is_kept() -> None:
    wide, tight = limit(5000, hours=3), Limit(Interval(NOW, NOW + HOUR), 1000, guaranteed_w=2000)
    series = local_series(Timeline("EUR", Rates(), Rates(), Rates(), (wide, tight)), NOW)
    assert [(step.end - NOW, watts) for step, watts in series[0].steps] == [(HOUR, 2000), (3 * HOUR, 5000)]
