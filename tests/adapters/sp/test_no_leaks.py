"""Three VTNs and one home: no byte that a provider is sent says anything of the others.

    sells_energy --- VTN <==wiretap==.
    runs_grid ------ VTN <==wiretap=== one router with a battery, a freezer and a meter
    dispatches ----- VTN <==wiretap==`

Every name, word and figure of a provider is one that nobody else would use by chance, so that it is found in
whatever form it is passed on.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from drrouter.adapters.sp.openadr3 import OpenAdr3Provider
from drrouter.domain.ids import ProviderId
from drrouter.domain.mandate import Role, mandate
from drrouter.domain.wish import OverrideMode
from tests.adapters.sp.peers import settings_for
from tests.adapters.vtn.world import BL, HOME, Client
from tests.adapters.vtn.world import running as vtn_running
from tests.builders import BATTERY, FREEZER, HOUR, MINUTE, at, battery, freezer, meter
from tests.fakes import FakeProvider
from tests.homes import Home, running
from tests.wiretap import Wiretap

SELLS, GRID, AGG = "sells_energy", "runs_grid", "dispatches"
ROLES = {SELLS: Role.ENERGY, GRID: Role.NETWORK, AGG: Role.AGGREGATOR}
SECRETS = {
    SELLS: (SELLS, f"canary-{SELLS}", "0.123451", "0.987651"),
    GRID: (GRID, f"canary-{GRID}", "2.01717", "2017.17", "0.054321", "nordlicht"),
    AGG: (AGG, f"canary-{AGG}", "2.91371", "2913.71"),
}
"""What nobody but the provider itself may read again."""

PERIOD = {"start": "2026-06-01T12:00:00Z", "duration": "PT1H"}
IN_KW = ("SETPOINT", "LIMIT")
POWER, MONEY = {"units": "KW"}, {"units": "KWH", "currency": "EUR"}


class Three:
    """A home whose three providers are VTNs of their own, each behind a wiretap."""

    def __init__(self) -> None:
        self.home = Home(battery(), freezer(), meter())
        self.home.provider = FakeProvider(ProviderId("nobody"))
        self.home.mandates = {ProviderId(name): mandate(role) for name, role in ROLES.items()}
        self.taps: dict[str, Wiretap] = {}
        self.desks: dict[str, Client] = {}

    async def say(self, name: str, *payloads: tuple[str, Any], **members: Any) -> None:
        """An event of that provider, in a program of its own."""
        kinds = [
            {"payloadType": kind}
            | (MONEY if "PRICE" in kind else POWER if "SETPOINT" in kind or "LIMIT" in kind else {})
            for kind, _ in payloads
        ]
        desk = self.desks[name]
        program = await desk.program(f"canary-{name}-program-{payloads[0][0]}", payloadDescriptors=kinds)
        row = {"id": 0, "payloads": [{"type": kind, "values": [value]} for kind, value in payloads]}
        event_name = f"canary-{name}-event-{payloads[0][0]}"
        await desk.event(program, eventName=event_name, intervalPeriod=PERIOD, intervals=[row], **members)

    async def grant(self, name: str, *targets: str) -> None:
        """Let the home read what is meant for these."""
        (ven,) = await self.desks[name].all("/vens")
        body = {key: ven[key] for key in ("venName", "clientID")} | {"objectType": "BL_VEN_REQUEST"}
        answer = await self.desks[name].ask("PUT", f"/vens/{ven['id']}", {**body, "targets": list(targets)})
        assert answer.status == 200, answer.body


@asynccontextmanager
async def three_providers() -> AsyncIterator[Three]:
    three = Three()
    clock = three.home.clock
    async with AsyncExitStack() as stack:
        for name in ROLES:
            world = await stack.enter_async_context(vtn_running(clock))
            port = int(world.url.split(":")[2].split("/")[0])
            tap = await stack.enter_async_context(Wiretap(port))
            three.taps[name], three.desks[name] = tap, await world.client(BL)
            url = world.url.replace(str(port), str(tap.entrance), 1)
            settings = settings_for(
                url,
                id=ProviderId(name),
                client_id=HOME.client_id,
                client_secret=HOME.secret,
                resources=(BATTERY, FREEZER),
                poll_s=60,
            )
            three.home.others.append(OpenAdr3Provider(settings, clock))
        await stack.enter_async_context(running(three.home))
        await clock.settle()
        yield three


async def test_no_byte_to_a_provider_tells_of_the_others() -> None:
    asks = [
        {"payloadType": kind, "frequency": 1, "repeat": 1} for kind in ("SIMPLE_LEVEL", "OPERATING_STATE")
    ]
    async with three_providers() as three:
        clock = three.home.clock
        await three.grant(AGG, BATTERY, FREEZER)
        await three.grant(GRID, FREEZER)
        await three.say(SELLS, ("PRICE", 0.123451), ("EXPORT_PRICE", 0.987651))
        await three.say(SELLS, ("IMPORT_CAPACITY_LIMIT", 0.5))
        await three.say(GRID, ("IMPORT_CAPACITY_LIMIT", 2.0171717), ("PRICE", 0.054321))
        await three.say(GRID, ("SIMPLE", 2), targets=[FREEZER])
        await three.say(AGG, ("DISPATCH_SETPOINT", 2.9137137), targets=[BATTERY], reportDescriptors=asks)
        await clock.advance(3 * MINUTE)
        await three.say(GRID, ("ALERT_GRID_EMERGENCY", "nordlicht has failed"))
        await clock.advance(3 * MINUTE)
        await three.home.front.override(BATTERY, OverrideMode.ON, at("12:30"))
        await three.say(AGG, ("ALERT_BLACK_START", f"canary-{AGG}-words"))
        await clock.advance(2 * HOUR)
        said = {name: tap.text for name, tap in three.taps.items()}
    for name, text in said.items():
        assert "X_RECEIPT" in text
        others = [secret for other, words in SECRETS.items() if other != name for secret in words]
        assert [secret for secret in others if secret in text] == []
    assert "IMPORT_CAPACITY_LIMIT is beyond what you may send to this home" in said[SELLS]
    assert "it cannot be done in this home now" in said[AGG]
    assert "ALERT_BLACK_START is beyond what you may send to this home" in said[AGG]
    assert "SIMPLE_LEVEL" in said[AGG]
    assert "RUNNING_OPTED_OUT" in said[GRID]
    assert "X_IMPOSSIBLE" not in said[SELLS]
