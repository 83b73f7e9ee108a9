"""The fake of newer firmware, spoken to without python-kasa: what is no KLAP gets nowhere."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar

from drrouter.adapters.clock import SimulatedClock
from drrouter.sim.wire.kasa import FakeKlap, Outlet, SmartAnswers, SmartStripAnswers, mac_of
from drrouter.sim.wire.kasa.klap import Session, account_hash, client_proof, plug_proof
from tests.adapters.kasa.asking import ACCOUNT
from tests.adapters.kasa.kettle import Kettle

LOCAL = bytes(range(16))
MAC = mac_of("127.77.1.1")


@pytest.fixture
async def fake(klap_in: Callable[..., Awaitable[FakeKlap]], clock: SimulatedClock) -> FakeKlap:
    firmware = SmartAnswers("Kettle", MAC, Kettle(clock.now, 2000.0), clock.now)
    return await klap_in(1, firmware, account=ACCOUNT)


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield session


async def _post(http: ClientSession, fake: FakeKlap, what: str, body: bytes) -> tuple[int, bytes]:
    async with http.post(f"http://{fake.address}:{fake.port}/app/{what}", data=body) as response:
        return response.status, await response.read()


async def _logged_in(http: ClientSession, fake: FakeKlap) -> Session:
    account = account_hash(*ACCOUNT, 2)
    _, answer = await _post(http, fake, "handshake1", LOCAL)
    remote, proof = answer[:16], answer[16:]
    assert proof == plug_proof(LOCAL, remote, account, 2)
    assert (await _post(http, fake, "handshake2", client_proof(LOCAL, remote, account, 2)))[0] == 200
    return Session.between(LOCAL, remote, account)


async def test_a_sealed_request_is_answered_under_its_own_number(fake: FakeKlap, http: ClientSession) -> None:
    session = await _logged_in(http, fake)
    request = session.seal(json.dumps({"method": "get_device_info"}).encode(), -7)
    status, answer = await _post(http, fake, "request?seq=-7", request)
    assert status == 200
    assert json.loads(session.open(answer, -7))["result"]["mac"] == MAC.replace(":", "-")
    with pytest.raises(ValueError, match="signature"):
        session.open(answer, -6)


async def test_a_seed_of_the_wrong_length_is_refused(fake: FakeKlap, http: ClientSession) -> None:
    assert (await _post(http, fake, "handshake1", b"short"))[0] == 400


async def test_a_wrong_proof_is_refused(fake: FakeKlap, http: ClientSession) -> None:
    await _post(http, fake, "handshake1", LOCAL)
    assert (await _post(http, fake, "handshake2", bytes(32)))[0] == 403
    assert (await _post(http, fake, "request?seq=1", bytes(48)))[0] == 403


@pytest.mark.parametrize("what", ["request", "request?seq=one", "request?seq=1", f"request?seq={2**40}"])
async def test_what_is_not_sealed_by_the_session_is_refused(
    fake: FakeKlap, http: ClientSession, what: str
) -> None:
    await _logged_in(http, fake)
    assert (await _post(http, fake, what, bytes(48)))[0] == 400


def test_what_no_firmware_knows_is_answered_with_its_error(clock: SimulatedClock) -> None:
    load = Kettle(clock.now, 2000.0)
    plug = SmartAnswers("Kettle", MAC, load, clock.now)
    strip = SmartStripAnswers("Strip", MAC, [Outlet("Kettle", load)], clock.now)
    refused: list[tuple[Any, dict[str, Any], int]] = [
        (plug, {"method": "brew"}, -1002),
        (plug, {"method": "set_device_info", "params": {"device_on": 1}}, -1008),
        (plug, {"method": "multipleRequest", "params": {"requests": 5}}, -1008),
        (strip, {"method": "set_device_info", "params": {"device_on": True}}, -1002),
        (strip, {"method": "get_child_device_list", "params": {"start_index": "all"}}, -1008),
        (strip, {"method": "control_child", "params": {"device_id": "nobody"}}, -1008),
    ]
    for firmware, asked, code in refused:
        assert firmware.answer(asked)["error_code"] == code
    bundle = {"method": "multipleRequest", "params": {"requests": [{"method": "get_device_info"}]}}
    assert strip.answer(bundle)["result"]["responses"][0]["result"]["model"] == "P304M"
