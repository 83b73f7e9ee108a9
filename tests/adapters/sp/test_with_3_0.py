"""The VEN and a VTN of OpenADR 3.0.1, over real bytes; numbers in docstrings are the obligations of a VEN."""

from dataclasses import replace
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr3 import OpenAdr3Provider, Openadr3Settings, WebhookSettings
from drrouter.adapters.sp.openadr3.dialect import Dialect, version_in
from drrouter.domain.signal import EventCancelled, MessageKind
from drrouter.router.outbox import message
from tests.adapters.sp.peers import (
    MINUTE,
    SIMPLE,
    SOON,
    TroubleVtn,
    enrolled,
    events,
    links,
    listening,
    saying,
    settings_for,
)
from tests.adapters.sp.vtn_3_0 import Vtn30, vtn_3_0

EAST = [{"type": "GROUP", "values": ["east"]}, {"type": "SERVICE_AREA", "values": ["7"]}]


def settings(vtn: Vtn30, **members: Any) -> Openadr3Settings:
    return settings_for(vtn.url, **{"client_id": "me", "client_secret": "s", "version": "auto", **members})


@pytest.mark.parametrize("base", ["/openadr3/3.0.1", ""])
async def test_the_version_is_found_by_the_address_or_by_asking(base: str, clock: SimulatedClock) -> None:
    """3, 8, 9: a token from /auth/token alone, resources below the VEN, targets as maps by type."""
    async with vtn_3_0(base) as vtn:
        program = vtn.add("programs", programName="Limits")
        vtn.add("vens", venName="home", targets=EAST)
        for name, targets in (
            ("all", []),
            ("east", EAST[:1]),
            ("area", EAST[1:]),
            ("west", [dict(EAST[0], values=["west"])]),
        ):
            vtn.add(
                "events",
                eventName=name,
                programID=program["id"],
                intervalPeriod=SOON,
                intervals=SIMPLE,
                targets=targets,
            )
        async with listening(settings(vtn, resources=("freezer",)), clock) as (_, heard):
            assert links(heard) == [True]
            assert {(event.name, event.targets) for event in events(heard)} == {
                ("all", ()),
                ("east", ("east",)),
                ("area", ("7",)),
            }
        assert [row["resourceName"] for row in vtn.rows["resources"].values()] == ["freezer"]
        asked = {path.removeprefix(base) for path in vtn.asked}
        assert not {path for path in asked if path.endswith(("/notifiers", "mqtt/topics"))}
        assert ("GET /resources" in asked) is (base == "")


async def test_a_report_names_its_program_by_id(clock: SimulatedClock) -> None:
    """29, 30: reports of 3.0.1 name program and event."""
    async with vtn_3_0() as vtn:
        program = vtn.add("programs", programName="Limits")
        vtn.add("events", programID=program["id"], intervalPeriod=SOON, intervals=SIMPLE)
        async with listening(settings(vtn), clock) as (provider, heard):
            receipt = message(events(heard)[0], MessageKind.RECEIPT, clock)
            await provider.send(receipt)
        assert [row["programID"] for row in vtn.rows["reports"].values()] == [program["id"]]
        assert vtn.refused == ["no token"], "only the question for /auth/server, which 3.0.1 has not"


async def test_notices_of_3_0_are_understood(clock: SimulatedClock) -> None:
    """21, 34: subscriptions per program, and operations called POST, PUT and DELETE."""
    async with vtn_3_0() as vtn:
        program = vtn.add("programs", programName="Limits")
        pushed = replace(settings(vtn), webhook=WebhookSettings())
        async with listening(pushed, clock) as (_, heard):
            assert [row["programID"] for row in vtn.rows["subscriptions"].values()] == [program["id"]]
            row = vtn.add("events", programID=program["id"], intervalPeriod=SOON, intervals=SIMPLE)
            await vtn.notify("CREATE", row)
            await clock.settle()
            assert [event.id for event in events(heard)] == [row["id"]]
            del vtn.rows["events"][row["id"]]
            await vtn.notify("DELETE", row)
            await clock.settle()
            assert [one.event_id for one in heard if isinstance(one, EventCancelled)] == [row["id"]]
            await clock.advance(2 * MINUTE)
            assert links(heard) == [True]


async def test_a_vtn_that_lets_nobody_look_at_resources_is_taken_at_3_1(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """8."""
    vtn.bend["GET /resources"] = saying("{}", 403)
    provider = OpenAdr3Provider(replace(enrolled(vtn), version="auto"), clock)
    dialect = Dialect("auto")
    await dialect.settle(provider._session, vtn.url)
    await provider.close()
    assert dialect.version == "3.1"


@pytest.mark.parametrize(
    ("url", "version"),
    [
        ("https://vtn.example/openadr3/3.0.1", "3.0"),
        ("https://vtn.example/v3.0/", "3.0"),
        ("https://vtn.example/3.1.0", "3.1"),
        ("https://vtn.example/openadr3/3.1/api", "3.1"),
        ("https://vtn-3.0.example/openadr3", "auto"),
        ("https://vtn.example/3.00", "auto"),
    ],
)
def test_an_address_names_its_version_or_does_not(url: str, version: str) -> None:
    """1."""
    assert version_in(url) == version
