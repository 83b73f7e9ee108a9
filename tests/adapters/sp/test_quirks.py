"""A provider as they are in the field, with all their oddities at once; numbers are obligations of a VEN.

Source: facts on OpenADR 3, section 2, "Quirks": what VTNs were seen to do.
"""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr3 import Openadr3Settings
from drrouter.adapters.sp.openadr3.webhook import read_notice
from drrouter.adapters.store.codec import write_value
from drrouter.config import load_home
from drrouter.domain.event import PayloadType
from drrouter.domain.signal import EventCancelled
from drrouter.ports import Collection
from tests.adapters.sp.peers import (
    MINUTE,
    SIMPLE,
    SOON,
    TroubleVtn,
    events,
    last_complete,
    links,
    listening,
    saying,
    settings_for,
    shed,
)

TOKEN = base64.b64encode(b"me:s").decode()
ODD = "2026-02-28 17:49:33"


@pytest.fixture
def odd(vtn: TroubleVtn) -> TroubleVtn:
    """A VTN with the token, the lists and the refusals that were seen."""

    async def token(request: web.Request) -> web.StreamResponse:
        form = await request.post()
        if "Authorization" in request.headers or form.get("client_secret") != "s":
            return web.json_response({"error": "invalid_client"}, status=401)
        return web.json_response({"access_token": TOKEN})

    async def conflict(_: web.Request) -> web.StreamResponse:
        return web.json_response([], status=409)

    vtn.bend |= {"POST /auth/token": token, "POST /vens": conflict, "GET /notifiers": saying("{}", 500)}
    vtn.rows["vens"]["0"] = {"id": "0", "venName": "home", "createdDateTime": ODD, "targets": None}
    return vtn


def settings(vtn: TroubleVtn, **members: Any) -> Openadr3Settings:
    return settings_for(vtn.url, client_id="me", client_secret="s", mqtt=True, **members)


def restarted(vtn: TroubleVtn, **members: Any) -> None:
    """Give the first event the id 0, as a VTN does that forgets everything when it is restarted."""
    row: dict[str, Any] = {"id": "0", "programID": "0", "createdDateTime": ODD, "modificationDateTime": ODD}
    row |= {"intervalPeriod": SOON, "intervals": SIMPLE, "targets": None, "reportDescriptors": None}
    vtn.rows["events"] = {"0": row | members}
    vtn.rows["programs"] = {"0": {"id": "0", "programName": "peaks", "payloadDescriptors": None}}


async def test_everything_odd_at_once_is_survived(odd: TroubleVtn, clock: SimulatedClock) -> None:
    """3, 6, 7, 8, 17: odd dates, nulls, no expires_in, 409 with [], notifiers that answer 500."""
    restarted(odd)
    async with listening(settings(odd), clock) as (_, heard):
        assert [event.name for event in events(heard)] == [""]
        await clock.advance(30 * MINUTE)
        assert links(heard) == [True]
        assert odd.count("POST /auth/token") == 1
        assert len(events(heard)) == 1


async def test_half_characters_are_read_as_a_sign_that_can_be_kept(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """JSON can say a lone surrogate; no store, and no answer of the local API, can."""
    row = {"programID": "p", "intervalPeriod": SOON, "intervals": SIMPLE}
    vtn.add("events", eventName="a\ud800b", **row)
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        (event,) = events(heard)
        assert event.name == "a\N{REPLACEMENT CHARACTER}b"
        write_value(Collection.EVENTS, event)


async def test_a_vtn_that_was_restarted_uses_its_ids_again(odd: TroubleVtn, clock: SimulatedClock) -> None:
    """19, 20: the same id with other content is another event."""
    restarted(odd, eventName="before")
    async with listening(settings(odd), clock) as (_, heard):
        restarted(odd, eventName="after", intervalPeriod=SOON | {"duration": "PT2H"})
        await clock.advance(2 * MINUTE)
        assert [event.name for event in events(heard)] == ["before", "after"]
        assert last_complete(heard) == {"0"}


async def test_a_token_that_is_refused_after_a_restart_is_asked_for_anew(
    odd: TroubleVtn, clock: SimulatedClock
) -> None:
    """3: a token without expires_in holds until it is refused."""
    restarted(odd)
    refuse = 1

    async def forgets(request: web.Request) -> web.StreamResponse:
        nonlocal refuse
        refuse, status = refuse - 1, 403 if refuse > 0 else 200
        return web.json_response(odd._listed("events", request) if status == 200 else [], status=status)

    async with listening(settings(odd), clock) as (_, heard):
        odd.bend["GET /events"] = forgets
        await clock.advance(2 * MINUTE)
        assert odd.count("POST /auth/token") == 2
        assert links(heard) == [True]


async def test_what_is_meant_for_others_is_left_to_them(odd: TroubleVtn, clock: SimulatedClock) -> None:
    """9, 35: a VTN that conceals nothing shows targets of others; the router's directory knows them not."""

    async def conceals_nothing(_: web.Request) -> web.StreamResponse:
        return web.json_response(list(odd.rows["events"].values()))

    restarted(odd, targets=["secret-x"])
    odd.bend["GET /events"] = conceals_nothing
    async with listening(settings(odd), clock) as (_, heard):
        assert [event.targets for event in events(heard)] == [("secret-x",)]


async def test_empty_intervals_at_the_beginning_of_time_take_an_event_back(
    odd: TroubleVtn, clock: SimulatedClock
) -> None:
    """20: start 0001 with PT0S and no intervals."""
    restarted(odd)
    async with listening(settings(odd), clock) as (_, heard):
        restarted(odd, intervalPeriod={"start": "0001-01-01T00:00:00Z", "duration": "PT0S"}, intervals=[])
        await clock.advance(2 * MINUTE)
        assert [one.event_id for one in heard if isinstance(one, EventCancelled)] == ["0"]


async def test_descriptors_of_the_event_stand_in_for_those_the_program_lost(
    odd: TroubleVtn, clock: SimulatedClock
) -> None:
    """23: one VTN drops those of programs and keeps those of events."""
    row = [{"id": 0, "payloads": [{"type": "PRICE", "values": [0.2]}]}]
    restarted(
        odd, intervals=row, payloadDescriptors=[{"payloadType": "PRICE", "units": "KWH", "currency": "EUR"}]
    )
    async with listening(settings(odd), clock) as (_, heard):
        assert [payload.type for payload in events(heard)[0].payloads] == [PayloadType.PRICE]


def test_notices_in_snake_case_and_encoded_twice_are_read() -> None:
    """34: as one VTN sends them over MQTT and to webhooks."""
    body = {"object_type": "EVENT", "operation": "UPDATE", "object": {"id": "0", "program_id": "0"}}
    once = read_notice(json.dumps(body).encode())
    assert once == read_notice(json.dumps(json.dumps(body)).encode())
    assert once is not None
    assert once.event_id == "0"


async def test_caches_and_filters_that_are_not_there_change_nothing(
    odd: TroubleVtn, clock: SimulatedClock
) -> None:
    """6: no ETag, no Last-Modified, active ignored: what is over at first sight is left out by us."""
    restarted(odd, intervalPeriod={"start": "2026-01-01T00:00:00Z", "duration": "PT1H"})
    shed(odd)
    async with listening(settings(odd), clock) as (_, heard):
        assert [event.id for event in events(heard)] != ["0"]
        assert len(events(heard)) == 1


HOME = """
schema = "drrouter.home/1"
[site]
name = "Home"
time_zone = "Europe/Amsterdam"
[tariff]
id = "generic.nl_day_night"
[[provider]]
id = "grid"
kind = "openadr3"
url = "{url}"
client_id = "{client}"
client_secret_env = "S"
"""


@pytest.mark.parametrize("url", ["https://one.example/3.1.0", "https://two.example/3.0.1"])
@pytest.mark.parametrize("client", ["me", "you"])
def test_the_owner_sets_where_and_who_and_may_change_both(tmp_path: Path, url: str, client: str) -> None:
    """1: VTN URL, clientID and clientSecret stand in the home file."""
    file = tmp_path / "home.toml"
    file.write_text(HOME.format(url=url, client=client), encoding="utf-8")
    (found,) = load_home(file, environ={"S": "secret"}).providers
    assert (found.url, found.client_id, found.version) == (url, client, "auto")
    assert found.client_secret is not None
    assert found.client_secret.reveal() == "secret"
