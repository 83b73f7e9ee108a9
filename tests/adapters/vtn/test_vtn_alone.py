"""``drrouter vtn`` as a program: told over MQTT and found by mDNS, by clients that others wrote."""

import asyncio
import importlib
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import trustme
from aiomqtt import Client as MqttClient

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.mdns import Browser
from drrouter.adapters.openadr3 import ObjectType
from drrouter.adapters.sp.openadr3.local import KIND, address_of
from drrouter.adapters.vtn import VtnOptions, read_options, run_vtn
from drrouter.adapters.vtn.announce import Announcement, announced, following
from drrouter.adapters.vtn.mqtt import MqttNotices
from drrouter.adapters.vtn.objects import Changed, Objects
from drrouter.errors import DocumentError, InputError
from tests.adapters.mqtt.broker import HomeBroker
from tests.adapters.vtn.world import BL, HOME, NOW, Client

FILE = f"""port = 0
[[client]]
id = "{BL.client_id}"
secret = "{BL.secret}"
role = "bl"
[[client]]
id = "{HOME.client_id}"
secret = "{HOME.secret}"
role = "ven"
"""


@asynccontextmanager
async def alone(folder: Path, *flags: str) -> AsyncIterator[str]:
    """The program with these flags; gives its url."""
    file = folder / "vtn.toml"
    file.touch(mode=0o600)
    file.write_text(FILE)
    command = (sys.executable, "-m", "drrouter", "vtn", str(file), "--quiet", *flags)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    try:
        yield json.loads(await asyncio.wait_for(process.stdout.readline(), 30))["url"]
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 20) == 0


async def signed_in(url: str, http: aiohttp.ClientSession) -> Client:
    """The provider's side."""
    form = {"grant_type": "client_credentials", "client_id": BL.client_id, "client_secret": BL.secret}
    async with http.post(f"{url}/auth/token", data=form) as answer:
        return Client(url, http, (await answer.json())["access_token"])


def foreign(module: str) -> Any:
    """A library that says nothing of its types."""
    return importlib.import_module(module)


def asked_by_oa3(url: str) -> tuple[list[str], list[str]]:
    """The brokers and the topics of the program ``prices``, as python-oa3-client finds them."""
    library = foreign("openadr3_client.ven")
    with library.VenClient(url=url, client_id=HOME.client_id, client_secret=HOME.secret) as client:
        client.register("home")
        program = client.resolve_program_id("prices")
        answer = client.api.get_mqtt_topics_program_events(program)
        return client.get_mqtt_broker_uris(), library.extract_topics(answer)


async def test_python_oa3_client_is_told_of_a_broker_and_topics_on_which_changes_come(tmp_path: Path) -> None:
    """33, from the other side."""
    broker = HomeBroker()
    await broker.start()
    uri = f"mqtt://{broker.host}:{broker.port}"
    try:
        async with (
            alone(tmp_path, "--mqtt", uri) as url,
            aiohttp.ClientSession() as http,
            MqttClient(broker.host, broker.port) as listener,
        ):
            desk = await signed_in(url, http)
            program = await desk.program("prices")
            brokers, topics = await asyncio.to_thread(asked_by_oa3, url)
            created = f"openadr3/programs/{program['id']}/events/create"
            assert brokers == [uri]
            assert created in topics
            await listener.subscribe([(topic, 1) for topic in topics])
            event = await desk.event(program, eventName="day")
            async with asyncio.timeout(20):
                notice = await anext(aiter(listener.messages))
        assert str(notice.topic) == created
        assert json.loads(bytes(notice.payload))["object"]["id"] == event["id"]
    finally:
        await broker.stop()


async def test_devices_find_it_and_its_programs_as_they_come(tmp_path: Path) -> None:
    """5, from the other side; what has targets is not told to the whole home."""
    name = f"lab-{uuid4().hex[:8]}"
    async with (
        alone(tmp_path, "--announce", name, "--host", "localhost") as url,
        aiohttp.ClientSession() as http,
        Browser((KIND,), interfaces=("127.0.0.1",)) as browser,
    ):
        desk = await signed_in(url, http)
        assert await facts_of(browser, name, "program_names", "") == url.replace("localhost", "127.0.0.1")
        await desk.program("for one home", targets=["home-17"])
        await desk.program("prices")
        await facts_of(browser, name, "program_names", "prices")
        found = await asyncio.to_thread(foreign("openadr3_client.discovery").discover_vtns, 2.0)
        assert f"http://{name}.local:{url.rpartition(':')[2]}" in [vtn.url for vtn in found]


async def facts_of(browser: Browser, name: str, key: str, value: str) -> str:
    """The address of the one of this name, once it says so."""
    async with asyncio.timeout(20):
        while True:
            for one in await browser.announced():
                if one.name == name and one.facts.get(key, "") == value:
                    return address_of(one)
            await browser.changed()


async def test_over_tls_it_says_at_which_name_it_is_trusted() -> None:
    name = f"lab-{uuid4().hex[:8]}"
    told = Announcement(name, "127.0.0.1", 8443, "/openadr3/3.1.0", secure=True)
    async with announced(told), Browser((KIND,), interfaces=("127.0.0.1",)) as browser:
        assert (
            await facts_of(browser, name, "local_url", f"https://{name}.local:8443/openadr3/3.1.0")
            == f"https://{name}.local:8443/openadr3/3.1.0"
        )


async def test_more_programs_than_a_text_of_mdns_holds_are_not_all_named() -> None:
    name = f"lab-{uuid4().hex[:8]}"
    programs = ["a,comma", *(f"program number {number:03}" for number in range(60))]
    async with (
        announced(Announcement(name, "127.0.0.1", 1, programs=programs)),
        Browser((KIND,), interfaces=("127.0.0.1",)) as browser,
    ):
        await facts_of(browser, name, "program_names", ",".join(programs[1:13]))


async def test_what_was_told_of_changes_before_is_told_again_afterwards() -> None:
    objects = Objects(SimulatedClock(NOW), None, 10)  # type: ignore[arg-type]  # nothing is kept
    told: list[Changed] = []
    objects.on_changed = before = told.append
    async with following(objects, Announcement(f"lab-{uuid4().hex[:8]}", "127.0.0.1", 1)):
        objects.on_changed(Changed(ObjectType.EVENT, None, None))
        assert len(told) == 1
    assert objects.on_changed is before


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("mqtt", "mqtt://broker.home:1883", "is plain MQTT to another machine, which anybody could read"),
        ("mqtt", "broker.home", "is no address; write one such as mqtts://broker.home:8883"),
        ("mqtt", "mqtts://user:word@broker.home", "is no address"),
        ("mqtt", "mqtts://broker.home:port", "is no address"),
        ("announce", "two words", "announce"),
        ("port", 70_000, "port"),
    ],
)
def test_a_flag_that_cannot_be_is_refused_in_a_sentence(
    tmp_path: Path, key: str, value: object, said: str
) -> None:
    file = tmp_path / "vtn.toml"
    file.touch(mode=0o600)
    file.write_text(FILE)
    with pytest.raises(DocumentError) as caught:
        read_options(file, {key: value})
    assert said.rstrip(".") in caught.value.sentence.replace(". Write", "; write"), caught.value.sentence


async def test_all_addresses_at_once_are_no_place_to_be_found_at(tmp_path: Path) -> None:
    options = VtnOptions(tmp_path / "vtn.toml", host="0.0.0.0", announce="lab")
    with pytest.raises(InputError, match="needs one address"):
        await run_vtn(options, SimulatedClock(NOW))


async def test_the_brokers_authority_may_be_a_private_one(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    objects = Objects(SimulatedClock(NOW), None, 10)  # type: ignore[arg-type]  # nothing is kept
    notices = MqttNotices("mqtts://127.0.0.1:1", objects, None, None, file)  # type: ignore[arg-type]  # idle
    with pytest.raises(InputError, match="mqtt_ca"):
        async with notices.publishing():
            pass
    trustme.CA().cert_pem.write_to_path(str(file))
    async with notices.publishing():
        assert [*objects.all(ObjectType.EVENT)] == []
    (tmp_path / "vtn.toml").touch(mode=0o600)
    (tmp_path / "vtn.toml").write_text('mqtt = "mqtts://broker.home"\nmqtt_ca = "ca.pem"\n' + FILE)
    options = read_options(tmp_path / "vtn.toml")
    assert replace(options, clients=file).mqtt_ca == file
