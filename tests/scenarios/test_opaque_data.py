"""Opaque data between a true VTN and a client of a true router, both ways; the router is killed (B6, B16)."""

import asyncio
from base64 import b64decode, b64encode
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import pytest

from drrouter.adapters.client import DrClient
from drrouter.adapters.openadr3.times import format_instant
from drrouter.adapters.profile import read_token
from drrouter.domain.resource import LeafChange
from drrouter.errors import DaemonUnreachableError, LeafForbiddenError
from drrouter.router.resources.facade import Gap
from drrouter.sim.home_process import free_port
from tests.children import CLOCK, SECRET, Children, Operator, until

pytestmark = pytest.mark.timeout(180)

HOME = """
schema = "drrouter.home/1"
[site]
name = "A home with a car"
time_zone = "Europe/Amsterdam"
[tariff]
id = "generic.nl_dynamic"
[[provider]]
id = "maker"
kind = "openadr3"
role = "aggregator"
url = "{url}"
client_id = "home"
client_secret = "{secret}"
ven_name = "home"
poll_s = 1
data_of = ["car"]
[kasa]
broadcast = "127.255.255.255"
port = {kasa_port}
[[device]]
id = "car"
name = "Car"
model = "generic.ev_charger"
integration = "kasa"
match = {{ alias = "Car" }}
parameters = {{ battery_wh = 40000 }}
wishes = {{ departure = "07:30", target_wh = 12000 }}
[api]
port = {port}
"""

XML = b'<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><b>&b;</b>'
BYTES = bytes(range(256)) * 200
EVENTS = "providers/maker/events"


def an_order(operator: Operator) -> dict[str, Any]:
    """An event with an order that is understood, and with what is not."""
    payloads = {"SIMPLE": 1, "MAKER_XML": XML.decode(), "MAKER_BYTES": b64encode(BYTES).decode()}
    kinds = {"MAKER_XML": "application/xml", "MAKER_BYTES": "application/octet-stream"}
    said = [{"type": kind, "values": [value]} for kind, value in payloads.items()]
    return {
        "programID": operator.program,
        "eventName": "with data",
        "intervalPeriod": {"start": format_instant(CLOCK.now()), "duration": "PT5H"},
        "payloadDescriptors": [{"payloadType": kind, "units": units} for kind, units in kinds.items()],
        "intervals": [{"id": 0, "payloads": [*said, {"type": "CTA2045_X", "values": [7]}]}],
    }


async def data_of(operator: Operator, event_id: str) -> list[tuple[str, str, bytes]]:
    """What the home told on that event: resource, path and data, in the order of telling."""
    found: list[tuple[int, str, str, bytes]] = []
    for report in await operator.call("GET", f"/reports?eventID={event_id}"):
        for resource in report["resources"]:
            said = {one["type"]: one["values"][0] for one in resource["intervals"][0]["payloads"]}
            if "X_DATA" in said:
                text = said["X_DATA"]
                data = b64decode(text) if said["X_DATA_ENCODING"] == "base64" else text.encode()
                path = said["X_DATA_PATH"]
                found.append((int(said["X_DATA_SEQUENCE"]), resource["resourceName"], path, data))
    return [one[1:] for one in sorted(found)]


async def test_data_goes_both_ways_and_no_change_is_lost_though_the_router_is_killed(tmp_path: Path) -> None:
    """22, 27, 31: over real bytes, with true processes on both sides."""
    async with Children(tmp_path) as children:
        url, port = await children.vtn(), free_port()
        home = HOME.format(url=url, secret=SECRET, port=port, kasa_port=free_port())
        router = await children.router(home)
        ready = await router.ready()
        token = read_token(Path(ready["token_file"]))
        async with Operator(url) as operator, DrClient(ready["url"], token) as client:
            begin = (await client.data.list()).sequence
            heard: list[LeafChange] = []
            following = asyncio.create_task(follow(client, begin, heard))
            event = await operator.call("POST", "/events", json=an_order(operator))
            top = f"{EVENTS}/{event['id']}"
            await heard_of(heard, f"{top}/CTA2045_X", f"{top}/MAKER_BYTES", f"{top}/MAKER_XML")
            assert (await client.data.get(f"{top}/MAKER_XML")).data == XML
            leaf = await client.data.get(f"{top}/MAKER_BYTES")
            assert (leaf.data, leaf.media_type) == (BYTES, "application/octet-stream")

            up = "providers/maker/up"
            await client.data.put(f"{up}/car/trip", BYTES, "application/octet-stream")
            await client.data.put(f"{up}/home/note", XML, "application/xml")
            expected = [("car", "car/trip", BYTES), ("home", "home/note", XML)]
            await told_to(operator, event["id"], expected)

            written = asyncio.create_task(write_much(client, 40))
            await until(lambda: as_met(len(heard) > 12))
            await router.kill()
            router = await children.router(home)
            await router.ready()
            durable = await written
            await client.data.put("home/last", b"1", "text/plain")
            await heard_of(heard, "home/last")
            numbers = [change.sequence for change in heard]
            assert numbers == list(range(begin + 1, numbers[-1] + 1)), "nothing lost, nothing twice"
            assert durable <= {change.path for change in heard}

            await operator.delete(event["id"])
            await until(lambda: as_met(sum(one.removed for one in heard) == 3))
            assert (await client.data.list(EVENTS)).leaves == ()
            assert await data_of(operator, event["id"]) == expected, "a restart told nothing again"
            await an_appliance_speaks_of_itself(client, ready["url"])
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following


async def follow(client: DrClient, begin: int, heard: list[LeafChange]) -> None:
    """Note every change, for ever."""
    async with aclosing(client.data.watch("", begin, pause_s=0.05)) as watch:
        async for told in watch:
            assert not isinstance(told, Gap)
            if isinstance(told, LeafChange):
                heard.append(told)


async def write_much(client: DrClient, many: int) -> set[str]:
    """Write so many leaves, whether the router is there or not; those that it took."""
    taken: set[str] = set()
    for number in range(many):
        with suppress(DaemonUnreachableError):
            view = await client.data.put(f"home/n{number}", b"%d" % number, "text/plain")
            taken.add(view.path)
    return taken


async def an_appliance_speaks_of_itself(owner: DrClient, url: str) -> None:
    """The car writes its own and what goes to its maker, and nothing of the home."""
    wanted = b'{"role": "appliance", "device_id": "car"}', "application/json"
    answer = await owner.exchange("POST", ("tokens",), {}, wanted)
    secret = owner.understand(dict[str, Any], answer.content)["secret"]
    async with DrClient(url, secret) as car:
        await car.data.put("vehicle/car/profile", b"{}", "application/json")
        await car.data.put("providers/maker/up/car/more", b"{}", "application/json")
        with pytest.raises(LeafForbiddenError):
            await car.data.put("home/note", b"{}", "application/json")
        seen = [leaf.path for leaf in (await car.data.list()).leaves]
        assert seen == ["providers/maker/up/car/more", "providers/maker/up/car/trip", "vehicle/car/profile"]


async def heard_of(heard: list[LeafChange], *paths: str) -> None:
    """Wait until these were told."""
    await until(lambda: as_met({*paths} <= {change.path for change in heard}))


async def told_to(operator: Operator, event_id: str, expected: list[tuple[str, str, bytes]]) -> None:
    """Wait until the provider was told that."""

    async def met() -> bool:
        return await data_of(operator, event_id) == expected

    await until(met)


async def as_met(is_met: bool) -> bool:
    return is_met
