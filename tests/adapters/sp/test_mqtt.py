"""Notices over MQTT, from an independent broker; numbers in docstrings are the obligations of a VEN."""

import asyncio
import json
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import trustme
from aiomqtt import Client

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr3.notifier import Broker, Place, read_broker
from drrouter.adapters.sp.openadr3.push import MqttPush
from drrouter.adapters.sp.openadr3.session import VtnSession
from drrouter.domain.ids import EventId
from drrouter.domain.signal import EventCancelled, Signal
from drrouter.sim.wire.listener import Listener
from tests.adapters.mqtt.broker import PASSWORD, HomeBroker
from tests.adapters.sp.peers import (
    MINUTE,
    TroubleVtn,
    enrolled,
    events,
    fail,
    links,
    listening,
    saying,
    settings_for,
    shed,
)

OPERATIONS = ("CREATE", "UPDATE", "DELETE", "ALL")


@pytest.fixture
async def broker() -> AsyncIterator[HomeBroker]:
    broker = HomeBroker()
    await broker.start()
    yield broker
    await broker.stop()


def offers(vtn: TroubleVtn, *uris: str, path: str = "/events", **authentication: str) -> None:
    """Let the provider tell of a broker, and of four topics at one place."""
    binding = {
        "URIS": list(uris),
        "serialization": "JSON",
        "authentication": authentication or {"method": "ANONYMOUS"},
    }
    topics = {"topics": {operation: f"notices/{operation.lower()}" for operation in OPERATIONS}}
    vtn.bend["GET /notifiers"] = saying(json.dumps({"WEBHOOK": True, "MQTT": binding}))
    vtn.bend[f"GET /notifiers/mqtt/topics{path}"] = saying(json.dumps(topics))


async def until(clock: SimulatedClock, holds: Callable[[], bool]) -> None:
    """Let real time pass until something holds that comes over the network."""
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.wait([asyncio.ensure_future(asyncio.to_thread(lambda: None))])
            await clock.settle()


async def say(broker: HomeBroker, operation: str, row: dict[str, Any], topic: str = "") -> None:
    body = json.dumps({"objectType": "EVENT", "operation": operation, "object": row})
    async with Client(broker.host, broker.port) as client:
        await client.publish(topic or f"notices/{operation.lower()}", body, qos=1)


def cancelled(heard: list[Signal]) -> list[EventId]:
    return [signal.event_id for signal in heard if isinstance(signal, EventCancelled)]


async def test_a_notice_leads_to_the_event_and_its_deletion_ends_it(
    vtn: TroubleVtn, clock: SimulatedClock, broker: HomeBroker
) -> None:
    """21, 33, 35: snake_case, words twice, and what is no event of ours."""
    offers(vtn, f"mqtt://{broker.host}:{broker.port}")
    async with listening(settings_for(vtn.url, mqtt=True), clock) as (provider, heard):
        await until(clock, lambda: vtn.count("GET /events") == 2)
        row = shed(vtn)
        for topic in ("notices/create", "notices/all"):
            await say(broker, "CREATE", row, topic)
        await until(clock, lambda: bool(events(heard)))
        assert [event.id for event in events(heard)] == [row["id"]]
        await say(broker, "UPDATE", {"id": "of-somebody-else"})
        await until(clock, lambda: vtn.count("GET /events/of-somebody-else") == 1)
        del vtn.rows["events"][row["id"]]
        await say(broker, "DELETE", row)
        await until(clock, lambda: bool(cancelled(heard)))
        assert vtn.count(f"GET /events/{row['id']}") == 2
        assert provider._push.connected
        assert links(heard) == [True]


async def test_what_no_notice_told_of_is_found_after_each_connection(
    vtn: TroubleVtn, clock: SimulatedClock, broker: HomeBroker
) -> None:
    """33: a full GET after each connection and loss; and polls go on, slowly (34)."""
    offers(vtn, f"tcp://{broker.host}:{broker.port}")
    async with listening(settings_for(vtn.url, mqtt=True), clock) as (provider, heard):
        await until(clock, lambda: vtn.count("GET /events") == 2)
        await clock.advance(4 * MINUTE)
        assert vtn.count("GET /events") == 2
        await clock.advance(2 * MINUTE)
        assert vtn.count("GET /events") == 3
        await broker.stop()
        row = shed(vtn)
        await until(clock, lambda: bool(events(heard)))
        assert [event.id for event in events(heard)] == [row["id"]]
        assert not provider._push.connected
        await broker.start()
        before = vtn.count("GET /events")
        while not provider._push.connected:
            await clock.advance(MINUTE / 6)
        await until(clock, lambda: vtn.count("GET /events") > before)
        assert links(heard) == [True]


async def test_addresses_are_tried_in_their_order_until_one_answers(
    vtn: TroubleVtn, clock: SimulatedClock, broker: HomeBroker
) -> None:
    """33: URIS."""
    offers(
        vtn,
        "mqtt://127.0.0.1:1",
        "tcp://127.0.0.1:2",
        f"mqtt://{broker.host}:{broker.port}",
    )
    async with listening(settings_for(vtn.url, mqtt=True), clock) as (provider, _):
        await until(clock, lambda: provider._push.connected)


async def test_a_broker_may_want_the_token_as_password(
    vtn: TroubleVtn, clock: SimulatedClock, broker: HomeBroker
) -> None:
    """33: OAUTH2_BEARER_TOKEN, with the clientID as name; topics of our VEN first (35)."""
    settings = enrolled(vtn, mqtt=True)
    vtn.bend["POST /auth/token"] = saying(json.dumps({"access_token": PASSWORD}))
    ven = vtn.add("vens", venName="home")
    uri = f"mqtt://{broker.host}:{broker.port}"
    offers(vtn, uri, path=f"/vens/{ven['id']}/events", method="OAUTH2_BEARER_TOKEN", username="{clientID}")
    async with listening(settings, clock) as (provider, _):
        await until(clock, lambda: provider._push.connected)
        assert not [path for path in vtn.asked if path.endswith("/topics/events")]


async def test_a_wrong_token_costs_the_push_only(
    vtn: TroubleVtn, clock: SimulatedClock, broker: HomeBroker
) -> None:
    """33, 34."""
    settings = enrolled(vtn, mqtt=True)
    uri = f"mqtt://{broker.host}:{broker.port}"
    offers(vtn, uri, method="OAUTH2_BEARER_TOKEN", username="oauth2")
    async with listening(settings, clock) as (provider, heard):
        await until(clock, lambda: vtn.count("GET /notifiers/mqtt/topics/events") == 1)
        await clock.advance(10 * MINUTE)
        assert not provider._push.connected
        assert links(heard) == [True]
        assert vtn.count("GET /events") == 11


async def test_topics_that_are_no_topics_are_passed_over(
    vtn: TroubleVtn, clock: SimulatedClock, broker: HomeBroker
) -> None:
    """33: a provider in the field answers a bare string; the topics of programs are next."""
    program = vtn.add("programs", programName="Limits")
    settings = enrolled(vtn, mqtt=True)
    ven = vtn.add("vens", venName="home")
    offers(vtn, f"mqtt://{broker.host}:{broker.port}", path=f"/programs/{program['id']}/events")
    vtn.bend[f"GET /notifiers/mqtt/topics/vens/{ven['id']}/events"] = saying('"do some magic!"')
    vtn.bend["GET /notifiers/mqtt/topics/programs"] = fail
    async with listening(settings, clock) as (provider, _):
        await until(clock, lambda: provider._push.connected)


async def test_words_that_are_no_notice_lead_to_a_full_look(
    vtn: TroubleVtn, clock: SimulatedClock, broker: HomeBroker
) -> None:
    """7, 33."""
    offers(vtn, f"mqtt://{broker.host}:{broker.port}")
    async with listening(settings_for(vtn.url, mqtt=True), clock) as (provider, _):
        await until(clock, lambda: vtn.count("GET /events") == 2 and provider._push.connected)
        async with Client(broker.host, broker.port) as client:
            await client.publish("notices/all", b"\xff{", qos=1)
        await until(clock, lambda: vtn.count("GET /events") == 3)


@pytest.mark.parametrize("status", [404, 500, 403])
async def test_a_provider_without_notifiers_is_polled(
    vtn: TroubleVtn, clock: SimulatedClock, status: int
) -> None:
    """33, 34: one in the field answers 500; it is asked again after an hour."""
    vtn.bend["GET /notifiers"] = saying("{}", status)
    async with listening(settings_for(vtn.url, mqtt=True), clock) as (_, heard):
        await clock.advance(50 * MINUTE)
        assert vtn.count("GET /notifiers") == 1
        await clock.advance(20 * MINUTE)
        assert vtn.count("GET /notifiers") == 2
        assert links(heard) == [True]


async def test_an_owner_may_do_without(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """33."""
    async with listening(settings_for(vtn.url), clock):
        assert vtn.count("GET /notifiers") == 0


async def test_a_missing_library_is_named(
    vtn: TroubleVtn, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """33."""
    monkeypatch.setitem(sys.modules, "aiomqtt", None)
    offers(vtn, "mqtt://127.0.0.1:1")
    async with listening(settings_for(vtn.url, mqtt=True), clock):
        pass
    assert "pip install 'drrouter[mqtt]'" in caplog.text


async def test_a_broker_that_is_taken_away_ends_the_listening(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """33."""
    offers(vtn, "mqtt://127.0.0.1:1")
    async with listening(settings_for(vtn.url, mqtt=True), clock) as (provider, heard):
        await until(clock, lambda: vtn.count("GET /notifiers") == 2)
        vtn.bend["GET /notifiers"] = saying("{}")
        while provider._push._task is not None and not provider._push._task.done():
            await clock.advance(MINUTE / 6)
        await clock.advance(2 * MINUTE)
        assert links(heard) == [True]


@pytest.mark.parametrize(
    ("found", "places"),
    [
        (None, None),
        ("MQTT", None),
        ({"URIS": []}, None),
        ({"URIS": "mqtt://a"}, None),
        ({"URIS": [7, "mqtt://", "http://a", "mqtt://a:99999", "mqtt://[::1"]}, None),
        ({"URIS": ["mqtts://a"], "authentication": {"method": "MAGIC"}}, None),
        ({"URIS": ["mqtt://a"], "authentication": {"method": "OAUTH2_BEARER_TOKEN"}}, None),
        ({"URIS": ["mqtts://a"], "authentication": None}, (Place("a", 8883, True),)),
        ({"URIS": ["tcp://a", "mqtts://b:1"]}, (Place("a", 1883, False), Place("b", 1, True))),
    ],
)
def test_a_binding_is_read_or_not_used(found: object, places: tuple[Place, ...] | None) -> None:
    """33: the schemes mqtts, tcp and mqtt; no secret goes out without TLS (4)."""
    broker = read_broker(found)
    assert (broker.places if broker else None) == places


async def test_a_certificate_of_the_provider_says_who_we_are(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """33: CERTIFICATE, over TLS that the broker checks."""
    authority = trustme.CA()
    server, client = authority.issue_cert("127.0.0.1"), authority.issue_cert("ven")
    secrets = {
        "caCert": authority.cert_pem.bytes().decode(),
        "clientCert": client.cert_chain_pems[0].bytes().decode(),
        "clientKey": client.private_key_pem.bytes().decode(),
    }
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    seen: list[object] = []

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("peercert"))

    settings = settings_for(vtn.url, timeout_s=1.0)
    push = MqttPush(VtnSession(settings, clock), settings, clock, lambda _: None)
    async with Listener(talk, tls=context) as listener:
        broker = Broker((Place("127.0.0.1", listener.port, True),), "CERTIFICATE", secrets=secrets)
        assert not await push._one_session(broker, broker.places[0], ["t"])
        wrong = Broker(broker.places, "CERTIFICATE", secrets=secrets | {"clientKey": "none"})
        assert not await push._one_session(wrong, wrong.places[0], ["t"])
    assert len(seen) == 1
    assert seen[0]


async def test_what_ended_the_listening_unforeseen_is_raised(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """7."""
    push = MqttPush(
        VtnSession(settings_for(vtn.url), clock), settings_for(vtn.url, mqtt=True), clock, lambda _: None
    )

    async def break_down() -> None:
        raise RuntimeError("unforeseen")

    push._task = asyncio.create_task(break_down())
    await asyncio.wait([push._task])
    with pytest.raises(RuntimeError):
        await push.renew("", [], clock.now())
