"""Notices of a provider over mosquitto: by certificate and by token, over a restart of the broker."""

import asyncio
import json
import shutil
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiomqtt import Client

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.signal import Signal
from tests.adapters.sp.peers import (
    MINUTE,
    NOW,
    TroubleVtn,
    enrolled,
    events,
    links,
    listening,
    saying,
    settings_for,
    shed,
    trouble,
)

LONG = {"start": "2026-03-01T12:05:00Z", "duration": "P300D"}
TOPIC = "openadr/events/create"


class Mosquitto:
    """The broker with the lines of configuration given, on a free port."""

    def __init__(self, folder: Path, *lines: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._file = folder / "mosquitto.conf"
        head = f"listener {self.port} 127.0.0.1\nuser root\n"
        self._file.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            "mosquitto", "-v", "-c", self._file, stderr=asyncio.subprocess.PIPE
        )
        assert self._process.stderr is not None
        while b"running" not in (line := await self._process.stderr.readline()):
            assert line, "mosquitto did not start"

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process:
            process.terminate()
            await process.communicate()


@pytest.fixture(autouse=True)
def _needs_mosquitto() -> None:
    if not shutil.which("mosquitto"):
        pytest.skip("mosquitto is not installed; make test-system installs it")


@pytest.fixture
async def vtn() -> AsyncIterator[TroubleVtn]:
    async with trouble() as made:
        yield made


def offers(vtn: TroubleVtn, uri: str, **authentication: str) -> None:
    binding = {"URIS": [uri], "authentication": authentication}
    vtn.bend["GET /notifiers"] = saying(json.dumps({"WEBHOOK": True, "MQTT": binding}))
    vtn.bend["GET /notifiers/mqtt/topics/events"] = saying(json.dumps({"topics": {"CREATE": TOPIC}}))


async def until(clock: SimulatedClock, holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.wait([asyncio.ensure_future(asyncio.to_thread(lambda: None))])
            await clock.advance(MINUTE / 600)


async def tell(client: Client, row: dict[str, Any]) -> None:
    async with client:
        body = json.dumps({"objectType": "EVENT", "operation": "CREATE", "object": row})
        await client.publish(TOPIC, body, qos=1)


async def heard_over_a_restart(
    vtn: TroubleVtn,
    broker: Mosquitto,
    settings: Any,
    publisher: Callable[[], Client],
) -> list[Signal]:
    """A notice before and one after a restart of the broker, and an event without a notice in between."""
    clock = SimulatedClock(NOW)
    async with listening(settings, clock) as (provider, heard):
        await until(clock, lambda: provider._push.connected and vtn.count("GET /events") >= 2)
        await tell(publisher(), shed(vtn, intervalPeriod=LONG))
        await until(clock, lambda: len(events(heard)) == 1)
        await broker.stop()
        await until(clock, lambda: not provider._push.connected)
        shed(vtn, intervalPeriod=LONG)
        await broker.start()
        await until(clock, lambda: provider._push.connected and len(events(heard)) == 2)
        await tell(publisher(), shed(vtn, intervalPeriod=LONG))
        await until(clock, lambda: len(events(heard)) == 3)
        return heard


async def test_a_ven_with_the_providers_certificate_is_let_in(vtn: TroubleVtn, tmp_path: Path) -> None:
    """33: CERTIFICATE, mqtts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    client = authority.issue_cert("ven-1", common_name="ven-1")
    broker = Mosquitto(
        tmp_path,
        *(f"{key} {tmp_path}/{file}" for key, file in (("cafile", "ca.pem"), ("certfile", "server.pem"))),
        f"keyfile {tmp_path}/server.pem",
        "require_certificate true",
        "use_identity_as_username true",
    )
    await broker.start()

    def publisher() -> Client:
        context = ssl.create_default_context(cafile=tmp_path / "ca.pem")
        client.configure_cert(context)
        return Client("127.0.0.1", broker.port, tls_context=context)

    offers(
        vtn,
        f"mqtts://127.0.0.1:{broker.port}",
        method="CERTIFICATE",
        caCert=authority.cert_pem.bytes().decode(),
        clientCert=client.cert_chain_pems[0].bytes().decode(),
        clientKey=client.private_key_pem.bytes().decode(),
    )
    try:
        heard = await heard_over_a_restart(vtn, broker, settings_for(vtn.url, mqtt=True), publisher)
        assert links(heard) == [True]
    finally:
        await broker.stop()


async def test_a_ven_with_its_token_is_let_in(vtn: TroubleVtn, tmp_path: Path) -> None:
    """33: OAUTH2_BEARER_TOKEN."""
    passwords = tmp_path / "passwords"
    passwords.touch(mode=0o600)
    for user, password in (("me", "t"), ("desk", "d")):
        make = await asyncio.create_subprocess_exec("mosquitto_passwd", "-b", passwords, user, password)
        assert await make.wait() == 0
    broker = Mosquitto(tmp_path, "allow_anonymous false", f"password_file {passwords}")
    await broker.start()
    settings = enrolled(vtn, mqtt=True)
    uri = f"mqtt://127.0.0.1:{broker.port}"
    offers(vtn, uri, method="OAUTH2_BEARER_TOKEN", username="{clientID}")

    def publisher() -> Client:
        return Client("127.0.0.1", broker.port, username="desk", password="d")

    try:
        heard = await heard_over_a_restart(vtn, broker, settings, publisher)
        assert links(heard) == [True]
    finally:
        await broker.stop()
