"""Who may connect, and what hostile strangers get."""

import asyncio
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import ClientSession, WSServerHandshakeError
from pydantic import ValidationError

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.pace import Door, Pace
from drrouter.adapters.devices.s2.integration import S2Integration, build
from drrouter.adapters.devices.s2.link import MOST_AWAITED, Link
from drrouter.adapters.devices.s2.orders import REMEMBERED, Orders
from drrouter.adapters.devices.s2.schema import FORMS, MOST_BYTES
from drrouter.adapters.devices.s2.settings import S2Settings
from drrouter.domain.instruction import OutcomeKind
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceError, DeviceRefusedError, DeviceSilentError, MessageError
from drrouter.ports import Found, Surroundings
from drrouter.sim.wire.s2 import FakeRod
from tests.adapters.devices.conftest import surroundings
from tests.adapters.devices.reading import read
from tests.adapters.s2.conftest import (
    DEVICE,
    HEADERS,
    TOKEN,
    Dial,
    Join,
    Open,
    device_of,
    settings,
    tell,
    until,
    url_of,
)
from tests.adapters.s2.raw import Raw, details
from tests.adapters.s2.test_pebc import PEBC, heater

__all__ = ["surroundings"]


@pytest.mark.parametrize(
    ("name", "authorization"),
    [
        ("rm", None),
        ("rm", "Bearer"),
        ("rm", "Bearer wrong"),
        ("rm", f"Basic {TOKEN}"),
        ("rm", f"Bearer {TOKEN}x"),
        ("rm", "Bearer tökên"),
        ("stranger", f"Bearer {TOKEN}"),
        ("stranger", "Bearer "),
    ],
)
async def test_without_its_token_nobody_is_let_in_and_learns_nothing(
    listen: Open, dial: Dial, name: str, authorization: str | None
) -> None:
    cem = await listen()
    headers = {"Authorization": authorization} if authorization else {}
    with pytest.raises(WSServerHandshakeError) as refusal:
        await dial(cem, name=name, headers=headers)
    assert refusal.value.status == 401
    assert await cem.discover() == ()


async def test_one_without_a_token_of_its_own_is_never_let_in(clock: SimulatedClock, dial: Dial) -> None:
    cem = S2Integration(settings(), clock, {})
    serving = asyncio.create_task(cem.serve())
    await cem.listening.wait()
    with pytest.raises(WSServerHandshakeError):
        await dial(cem, headers={"Authorization": "Bearer "})
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    assert (cem.port, cem.listening.is_set()) == (0, False)


async def test_a_stranger_that_tries_again_and_again_is_logged_once(
    listen: Open, dial: Dial, caplog: pytest.LogCaptureFixture
) -> None:
    cem = await listen()
    for _ in range(3):
        with pytest.raises(WSServerHandshakeError):
            await dial(cem, name="NEW%1b%5b31m")
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert said == ["S2: 'NEW[31m' is not listed in the home file, or shows a wrong token"]


async def test_a_second_connection_with_the_same_token_takes_over(
    listen: Open, dial: Dial, clock: SimulatedClock
) -> None:
    cem = await listen()
    first, second = Raw(await dial(cem)), Raw(await dial(cem))
    await second.begin(PEBC)
    assert await first.end() == 1000
    [found] = await cem.discover()
    assert found.address == "rm"
    again = await second.say("ResourceManagerDetails", **details(PEBC))
    assert again["status"] == "OK"


async def test_a_huge_message_ends_the_connection_and_nothing_else(
    listen: Open, dial: Dial, join: Join
) -> None:
    cem = await listen()
    raw = Raw(await dial(cem))
    await raw.begin(PEBC)
    await raw.socket.send_str("x" * (MOST_BYTES + 1))
    assert await raw.end() == 1009
    await join(cem, selected="pebc", pebc=heater())
    assert len(await cem.discover()) == 1


async def test_what_it_calls_itself_is_cleaned(listen: Open, dial: Dial) -> None:
    cem = await listen()
    raw = Raw(await dial(cem))
    await raw.greet("0.0.2-beta")
    said = details(PEBC) | {"name": "Boi\x1bler\u202e" + "x" * 500, "model": " "}
    await raw.say("ResourceManagerDetails", **said)
    [found] = await cem.discover()
    assert found.identity["alias"] == ("Boiler" + "x" * 500)[:64]
    assert found.identity.keys() == {"alias", "id", "protocol"}


async def test_too_many_connections_are_closed(
    listen: Open, dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Door.__init__, "__defaults__", (1, 0.05))
    cem = await listen()
    raw = Raw(await dial(cem))
    await raw.receive("Handshake")
    reader, writer = await asyncio.open_connection("127.0.0.1", cem.port)
    assert await reader.read() == b""
    writer.close()


async def test_one_that_talks_without_end_is_slowed_down(
    listen: Open, dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pace.__init__, "__defaults__", (2000.0, 2.0))
    raw = Raw(await dial(await listen()))
    await raw.begin(PEBC)
    for _ in range(20):
        assert (await raw.text("garbage"))["status"] == "INVALID_DATA"


async def test_a_device_that_is_not_listed_is_not_driven(listen: Open, clock: SimulatedClock) -> None:
    cem = await listen()
    assert (cem.domain, len(await cem.discover())) == ("s2", 0)
    device = cem.setup(DEVICE, Found("s2", "other"))
    with pytest.raises(DeviceRefusedError, match="does not list this resource manager"):
        await read(device)
    assert (await tell(device, clock, 7.0)).kind is OutcomeKind.IMPOSSIBLE


async def test_the_fake_of_the_simulation_is_controlled(listen: Open, clock: SimulatedClock) -> None:
    cem = await listen()
    async with FakeRod(url_of(cem), TOKEN, clock=clock) as rod:
        await rod.selected.wait()
        await until(device_of(cem), lambda known: Quantity.SETPOINT_W in known)
        assert rod.power_w() == 3000
        assert (await tell(device_of(cem), clock, 700)).kind is OutcomeKind.DONE
        assert rod.power_w() == 700
        assert device_of(cem).id == DEVICE
    async with FakeRod(url_of(cem), TOKEN, clock=clock) as rod:
        await rod.selected.wait()
        assert rod.power_w() == 3000


async def test_over_tls_a_certificate_of_the_home_is_shown(
    surroundings: Surroundings, tmp_path: Path, dial: Dial
) -> None:
    authority = trustme.CA()
    mine = authority.issue_cert("127.0.0.1")
    mine.private_key_pem.write_to_path(tmp_path / "key.pem")
    mine.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    told = settings(cert_file="cert.pem", key_file="key.pem", host="127.0.0.1")
    cem = build(told, replace(surroundings, secret=lambda _: TOKEN))
    serving = asyncio.create_task(cem.serve())
    await cem.listening.wait()
    context = ssl.create_default_context()
    authority.configure_trust(context)
    async with ClientSession() as session:
        url = url_of(cem).replace("http", "https")
        socket = await session.ws_connect(url, ssl=context, headers=HEADERS)
        await Raw(socket).receive("Handshake")
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


def test_a_certificate_that_is_none_is_said(surroundings: Surroundings, tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("nothing", encoding="utf-8")
    with pytest.raises(DeviceError, match=r"s2\.cert_file and s2\.key_file cannot be used"):
        build(
            settings(cert_file="cert.pem", key_file="cert.pem"),
            replace(surroundings, secret=lambda _: TOKEN),
        )


def test_a_token_that_could_be_guessed_is_refused(surroundings: Surroundings) -> None:
    with pytest.raises(DeviceError, match="the token of the S2 resource manager rm could be guessed"):
        build(settings(), surroundings)


async def test_an_address_that_is_taken_is_said(listen: Open, clock: SimulatedClock) -> None:
    cem = await listen()
    other = S2Integration(settings(port=cem.port), clock, {})
    with pytest.raises(DeviceError, match="S2 resource managers cannot be listened for at 127"):
        await other.serve()


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"host": "192.168.1.5"}, "in plain text"),
        ({"cert_file": "cert.pem"}, "cert_file and key_file together"),
        ({"resource_manager": [{"id": "a", "token_file": "t"}] * 2}, "twice"),
        ({"resource_manager": [{"id": "a"}]}, "token_file"),
        ({"resource_manager": [{"id": "a/b", "token_file": "t"}]}, "letters|pattern"),
        ({"resource_manager": [{"id": "a", "token_file": "t", "control": ["pebc", "pebc"]}]}, "twice"),
        ({"resource_manager": [{"id": "a", "token_file": "t", "modes": ["off", "off"]}]}, "twice"),
        ({"resource_manager": [{"id": "a", "token_file": "t", "control": ["xyz"]}]}, "'ppbc'"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(told: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        S2Settings.model_validate(told)


def test_plain_text_beyond_this_machine_needs_a_reason() -> None:
    assert S2Settings(host="192.168.1.5", plain="a wire of its own").host == "192.168.1.5"


async def test_statuses_that_are_owed_and_instructions_that_are_known_are_bounded() -> None:
    link = Link(None, "rm", lambda kind, message: None, 0.01)  # type: ignore[arg-type]
    for number in range(MOST_AWAITED):
        link._expect(str(number))
    with pytest.raises(DeviceSilentError):
        await link.tell("Handshake")
    orders = Orders()
    for number in range(REMEMBERED + 1):
        orders.expect(f"i-{number}")
    with pytest.raises(MessageError, match="no such instruction"):
        orders.hear({"instruction_id": "i-0", "status_type": "STARTED"})


def test_every_message_of_s2_has_its_form() -> None:
    assert len(FORMS) == 35
    assert {
        "Handshake",
        "PEBC.Instruction",
        "PPBC.PowerProfileDefinition",
        "DDBC.ActuatorStatus",
    } <= FORMS.keys()
