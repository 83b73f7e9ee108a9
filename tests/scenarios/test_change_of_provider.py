"""A home changes its service provider in mid-plan, over real bytes, and loses nothing of its own (A13)."""

import asyncio
import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from drrouter.adapters.client import DrClient
from drrouter.adapters.openadr3.times import format_instant
from drrouter.domain.ids import ProviderId
from drrouter.domain.wish import OverrideMode
from drrouter.router.facade import WishRequest
from drrouter.router.viewed import DeviceView
from tests.children import CLOCK, SECRET, Child, Children, Operator, until
from tests.killing import HOME
from tests.plugged_home import DISHWASHER, HVAC, WASHER, Load, client_of, plugged_in, settle_in

pytestmark = pytest.mark.timeout(240)

OLD, NEW = ProviderId("old_energy"), ProviderId("new_energy")
CHEAP, DEAR = 0.11, 0.44
PRICED = [
    {"objectType": "EVENT_PAYLOAD_DESCRIPTOR", "payloadType": "PRICE", "units": "KWH", "currency": "EUR"}
]


@dataclass(frozen=True)
class Town:
    """Two providers, each with its VTN and operator, and a home with plugs."""

    loads: dict[Any, Load]
    devices: str
    children: Children
    old_vtn: Child
    old: Operator
    new: Operator
    urls: dict[ProviderId, str]

    def home(self, *providers: ProviderId) -> str:
        """The home file with these providers."""
        head, _, rest = HOME.partition("[[provider]]")
        table, _, tail = rest.partition("[api]")
        tables = [
            "[[provider]]" + table.format(url=self.urls[one], secret=SECRET).replace('"grid"', f'"{one}"')
            for one in providers
        ]
        return head + "".join(tables) + "[api]" + tail + self.devices


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    (folder / "elsewhere").mkdir()
    async with (
        plugged_in() as (loads, devices),
        Children(folder) as children,
        Children(folder / "elsewhere") as others,
    ):
        old_url, new_url = await children.vtn(), await others.vtn()
        async with Operator(old_url) as old, Operator(new_url) as new:
            await price(old, CHEAP)
            await price(new, DEAR)
            urls = {OLD: old_url, NEW: new_url}
            yield Town(loads, devices, children, children.newest, old, new, urls)


async def price(operator: Operator, per_kwh: float) -> None:
    """One price for two days."""
    await operator.call(
        "POST",
        "/events",
        json={
            "programID": operator.program,
            "eventName": "prices",
            "payloadDescriptors": PRICED,
            "intervalPeriod": {"start": format_instant(CLOCK.now() - timedelta(hours=1)), "duration": "P2D"},
            "intervals": [{"id": 0, "payloads": [{"type": "PRICE", "values": [per_kwh]}]}],
        },
    )


async def lived_in(town: Town, client: DrClient) -> dict[str, DeviceView]:
    """A cycle runs, another is promised, the air conditioner is off, and a plan knows the price."""
    await until(lambda: costs(client, CHEAP))
    await settle_in(client)
    await until(lambda: costs(client, CHEAP))
    return {view.profile.id: view for view in await client.devices()}


async def costs(client: DrClient, per_kwh: float) -> bool:
    """Whether the timeline knows this price of energy, whatever the tariff adds to it."""
    orders = (await client.timeline()).in_force.get("PRICE", ())  # type: ignore[call-overload]
    return [order.value for order in orders] == [pytest.approx(per_kwh)]


def of_the_owner(view: DeviceView) -> tuple[object, ...]:
    return view.profile, view.wish, view.override, view.commitment, view.state.running, view.watched


def traces(folder: Path, name: str) -> list[str]:
    """Everything in the store, but for the journal, that tells of the provider."""
    with tempfile.TemporaryDirectory() as place:
        for file in folder.glob("drrouter.sqlite3*"):
            shutil.copy(file, place)
        with contextlib.closing(sqlite3.connect(Path(place, "drrouter.sqlite3"))) as store:
            rows = store.execute(
                "SELECT collection || ' ' || key, json FROM documents WHERE key != 'last'"
            ).fetchall()
            rows += store.execute("SELECT 'outbox ' || id, json FROM outbox").fetchall()
    return sorted(key for key, text in rows if name in key or name in text)


async def test_a_provider_is_changed_by_the_home_file_while_it_is_away(tmp_path: Path) -> None:
    """Its unsent messages are let go and counted, for nobody else may read them."""
    async with town(tmp_path) as place:
        router = await place.children.router(place.home(OLD))
        async with await client_of(router) as client:
            before = await lived_in(place, client)
            shed = {"start": format_instant(CLOCK.now()), "duration": "PT5H"}
            event_id = await place.old.send(2, shed)
            await until(lambda: has_receipt(place.old, event_id))
            heard = await place.old.call("GET", "/reports")
            await place.old_vtn.kill()
            await client.override(HVAC, OverrideMode.ON, CLOCK.now() + timedelta(hours=2))
            await until(lambda: waits(tmp_path, f"outbox {OLD}/{event_id}"))
            before[HVAC] = await client.device(HVAC)
            plan = await client.plan()
        switched = {name: load.switched for name, load in place.loads.items()}
        await router.end()
        router = await place.children.router(place.home(NEW))
        async with await client_of(router) as client:
            assert plan is not None
            first = await client.plan()
            assert first is not None
            assert first.made_at >= plan.made_at
            await until(lambda: costs(client, DEAR))
            await everything_stands(place, client, before, switched)
            said = [entry.sentence for entry in await client.journal(200)]
            assert any(f"{OLD} is no provider of this home" in one and "let go" in one for one in said)
            assert any(f"{OLD} sent" in one for one in said)  # the history is the owner's
        assert heard
        assert await asyncio.to_thread(traces, tmp_path, OLD) == []


async def has_receipt(operator: Operator, event_id: str) -> bool:
    return bool(await operator.receipts(event_id))


async def waits(folder: Path, what: str) -> bool:
    return any(
        one.startswith(what) and "opted_out" in one for one in await asyncio.to_thread(traces, folder, OLD)
    )


async def everything_stands(
    place: Town, client: DrClient, before: dict[str, DeviceView], switched: dict[Any, int]
) -> None:
    """All that is the owner's is as it was, and no event but those of the new provider is there."""
    await until(lambda: planned_anew(client))
    after = {view.profile.id: view for view in await client.devices()}
    assert {name: of_the_owner(view) for name, view in after.items()} == {
        name: of_the_owner(view) for name, view in before.items()
    }
    assert after[WASHER].state.running is not None
    assert {view.event.provider for view in await client.events()} == {NEW}
    plan, promised = await client.plan(), after[DISHWASHER].commitment
    assert plan is not None
    assert promised is not None
    assert [cycle.start for cycle in plan.cycles if cycle.device_id == DISHWASHER] == [promised.start]
    assert {name: load.switched for name, load in place.loads.items()} == switched


async def planned_anew(client: DrClient) -> bool:
    """Whether the newest plan knows all events."""
    return all(
        any(step.state == "planned" for step in ack.steps)
        for view in await client.events()
        for ack in view.acks
    )


async def test_a_provider_is_left_while_the_link_works_and_forgets_the_home(tmp_path: Path) -> None:
    """It hears what is left to say; then it has neither VEN nor subscription, and is asked nothing more."""
    async with town(tmp_path) as place:
        router = await place.children.router(place.home(OLD, NEW))
        async with await client_of(router) as client:
            await until(lambda: has_two(client))
            shed = {"start": format_instant(CLOCK.now()), "duration": "PT5H"}
            event_id = await place.old.send(1, shed)
            await until(lambda: has_receipt(place.old, event_id))
            assert await place.old.call("GET", "/vens")
            wish = await client.wish(DISHWASHER, later())
            parting = await client.leave_provider(OLD)
            assert (parting.let_go, parting.forgotten) == (0, True)
            said = await place.old.call("GET", f"/reports?eventID={event_id}")
            kinds = {row["resources"][0]["intervals"][0]["payloads"][0]["type"] for row in said}
            assert "X_OPTED_OUT" in kinds
            assert await place.old.call("GET", "/vens") == []
            assert await place.old.call("GET", "/subscriptions") == []
            assert {view.event.provider for view in await client.events()} == {NEW}
            assert (await client.device(DISHWASHER)).wish == wish
            await until(lambda: costs(client, DEAR))
        await router.end()
        router = await place.children.router(place.home(OLD, NEW))  # forgotten in the file; it stays left
        async with await client_of(router) as client:
            await until(lambda: costs(client, DEAR))
            await until(lambda: is_linked(client))
            assert {link.provider for link in (await client.status()).links} == {NEW}
            assert (await client.device(DISHWASHER)).wish == wish
        assert await place.old.call("GET", "/vens") == []
        await router.end()
        router = await place.children.router(place.home(NEW))
        async with await client_of(router) as client:
            await until(lambda: costs(client, DEAR))
        assert await asyncio.to_thread(traces, tmp_path, OLD) == []


def later() -> WishRequest:
    now = CLOCK.now()
    return WishRequest(now + timedelta(hours=10), earliest=now + timedelta(hours=5))


async def is_linked(client: DrClient) -> bool:
    return any(link.up for link in (await client.status()).links)


async def has_two(client: DrClient) -> bool:
    return {view.event.provider for view in await client.events()} == {OLD, NEW}
