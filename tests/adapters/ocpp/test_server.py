"""Who may connect, and what hostile strangers get."""

import asyncio
import json
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.ocpp.integration import OcppIntegration, build
from drrouter.adapters.devices.ocpp.rpc import MOST_BYTES
from drrouter.adapters.devices.pace import Door, Pace
from drrouter.domain.instruction import OutcomeKind
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceError, DeviceRefusedError
from drrouter.ports import Found, Surroundings
from tests.adapters.devices.reading import read
from tests.adapters.ocpp.conftest import WALLBOX, Connect, Open, device_of, settings, tell, until, url_of

HEARTBEAT = '[2,"1","Heartbeat",{}]'


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as opened:
        yield opened


async def dial(
    session: ClientSession,
    central: OcppIntegration,
    name: str = "CP1",
    protocol: str = "ocpp1.6",
    **more: Any,
) -> ClientWebSocketResponse:
    url = f"{url_of(central)}/{name}"
    socket: ClientWebSocketResponse = await session.ws_connect(url, protocols=(protocol,), **more)
    return socket


async def heartbeat(socket: ClientWebSocketResponse) -> Any:
    await socket.send_str(HEARTBEAT)
    return await answer_on(socket)


async def answer_on(socket: ClientWebSocketResponse) -> Any:
    """The next frame that is no call."""
    while True:
        frame = json.loads(await socket.receive_str())
        if frame[0] != 2:
            return frame


async def end_of(socket: ClientWebSocketResponse) -> int | None:
    """With which code the other side hangs up."""
    async for _ in socket:
        pass
    return socket.close_code


async def test_a_charge_point_that_is_not_listed_is_refused(listen: Open, session: ClientSession) -> None:
    central = await listen()
    with pytest.raises(WSServerHandshakeError) as refusal:
        await dial(session, central, "STRANGER")
    assert refusal.value.status == 404
    assert await central.discover() == ()


async def test_a_stranger_that_tries_again_and_again_is_logged_once(
    listen: Open, session: ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    central = await listen()
    for _ in range(3):
        async with session.get(f"{url_of(central)}/NEW%1b%5b31m") as answer:
            assert answer.status == 404
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert said == ["charge point NEW[31m is not listed in the home file"]


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "Basic",
        "Basic %%%",
        "Bearer " + b64encode(b"CP1:secret").decode(),
        "Basic " + b64encode(b"CP1:wrong").decode(),
        "Basic " + b64encode(b"CP2:secret").decode(),
        "Basic " + b64encode("CP1:sécret".encode()).decode(),
    ],
)
async def test_a_wrong_password_is_refused(
    listen: Open, session: ClientSession, authorization: str | None
) -> None:
    central = await listen(passwords={"CP1": "secret"})
    headers = {"Authorization": authorization} if authorization else {}
    with pytest.raises(WSServerHandshakeError) as refusal:
        await dial(session, central, headers=headers)
    assert refusal.value.status == 401


async def test_the_right_password_is_let_in(listen: Open, connect: Connect) -> None:
    central = await listen(passwords={"CP1": "secret"})
    await connect(central, password="secret")
    [found] = await central.discover()
    assert found.address == "CP1/1"


async def test_an_unlisted_charge_point_is_listed_and_not_driven_where_the_owner_allows(
    listen: Open, connect: Connect, clock: SimulatedClock
) -> None:
    central = await listen(settings(accept_unknown=True))
    await connect(central, "NEW")
    [found] = await central.discover()
    assert found.identity["id"] == "NEW"
    assert found.identity["manufacturer"] == "Fake Chargers"
    device = central.setup(WALLBOX, found)
    assert device.id == WALLBOX
    with pytest.raises(DeviceRefusedError, match="does not list this charge point"):
        await read(device)
    assert (await tell(device, clock, 7000.0)).kind is OutcomeKind.IMPOSSIBLE


async def test_unlisted_charge_points_do_not_fill_the_memory(listen: Open, session: ClientSession) -> None:
    central = await listen(settings(accept_unknown=True))
    sockets = [await dial(session, central, f"X{number}") for number in range(25)]
    assert (await sockets[24].receive()).type is WSMsgType.CLOSE
    long = await dial(session, central, "L" * 500)
    assert (await long.receive()).type is WSMsgType.CLOSE
    assert len(await central.discover()) == 20


async def test_an_unlisted_charge_point_with_a_name_that_may_not_be_shown_is_not_listed(
    listen: Open, session: ClientSession
) -> None:
    central = await listen(settings(accept_unknown=True))
    for name in ("%1b[2Jevil", "evil%e2%80%aeCP", "two%0alines"):
        socket = await dial(session, central, name)
        assert (await socket.receive()).type is WSMsgType.CLOSE
    assert await central.discover() == ()


async def test_who_speaks_no_version_that_we_speak_is_hung_up_on(
    listen: Open, session: ClientSession
) -> None:
    central = await listen()
    socket = await dial(session, central, protocol="ocpp1.2")
    message = await socket.receive()
    assert (message.type, message.data) == (WSMsgType.CLOSE, 1002)


async def test_a_request_that_is_no_websocket_is_refused(listen: Open, session: ClientSession) -> None:
    central = await listen()
    async with session.get(f"{url_of(central)}/CP1") as answer:
        assert answer.status == 400


async def test_the_newest_connection_of_a_charge_point_wins(listen: Open, session: ClientSession) -> None:
    central = await listen()
    former = await dial(session, central)
    await heartbeat(former)
    newer = await dial(session, central)
    assert await end_of(former) == 1001
    assert (await heartbeat(newer))[0] == 3
    assert len(await central.discover()) == 1
    await newer.close()


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "garbage",
        "{}",
        "[]",
        "[2]",
        "[2,7,8,9]",
        '[2,"' + "i" * 37 + '","Heartbeat",{}]',
        "[" * 5000,
        '[3,"1",{}]',
        '[4,"1","InternalError","",{}]',
        '[9,"1",{}]',
        '[3,"1",{"a":NaN}]',
        '[3,"1",{"a":1,"a":2}]',
        '[3,"1",' + "9" * 5000 + "]",
    ],
)
async def test_a_meaningless_frame_costs_nothing(listen: Open, session: ClientSession, frame: str) -> None:
    central = await listen()
    socket = await dial(session, central)
    await socket.send_str(frame)
    await socket.send_bytes(b"\x00\xff")
    assert (await heartbeat(socket))[:2] == [3, "1"]
    await socket.close()


@pytest.mark.parametrize(
    ("protocol", "call", "code"),
    [
        ("ocpp1.6", ["Dance", {}], "NotImplemented"),
        ("ocpp2.0.1", ["Dance", {}], "NotImplemented"),
        ("ocpp2.1", ["Dance", {}], "NotImplemented"),
        ("ocpp2.1", ["../../../etc/passwd", {}], "NotImplemented"),
        ("ocpp1.6", ["BootNotification", {}], "FormationViolation"),
        ("ocpp2.0.1", ["BootNotification", {}], "FormatViolation"),
        ("ocpp1.6", ["MeterValues", {"connectorId": "one", "meterValue": []}], "FormationViolation"),
        ("ocpp2.0.1", ["Heartbeat"], "FormatViolation"),
        ("ocpp1.6", ["Heartbeat", {}, {}], "FormationViolation"),
    ],
)
async def test_a_call_that_we_cannot_take_is_answered_with_an_error(
    listen: Open, session: ClientSession, protocol: str, call: list[Any], code: str
) -> None:
    central = await listen()
    socket = await dial(session, central, protocol=protocol)
    await socket.send_str(json.dumps([2, "1", *call]))
    assert (await answer_on(socket))[:3] == [4, "1", code]
    assert (await heartbeat(socket))[0] == 3
    await socket.close()


async def test_a_frame_that_is_too_long_ends_the_connection(listen: Open, session: ClientSession) -> None:
    central = await listen()
    socket = await dial(session, central)
    await socket.send_str(json.dumps([2, "1", "DataTransfer", {"vendorId": "x", "data": "x" * MOST_BYTES}]))
    message = await socket.receive()
    assert (message.type, message.data) == (WSMsgType.CLOSE, 1009)


async def test_names_that_a_charge_point_states_are_cleaned(listen: Open, session: ClientSession) -> None:
    central = await listen()
    socket = await dial(session, central)
    boot = {"chargePointVendor": "\u202eVendor\x1b[31m", "chargePointModel": "M" * 3000}
    await socket.send_str(json.dumps([2, "1", "BootNotification", boot]))
    await socket.receive_str()
    [found] = await central.discover()
    assert found.identity["manufacturer"] == "Vendor[31m"
    assert len(found.identity["model"]) == 64
    await socket.close()


async def test_impossible_measurements_are_marked_bad_and_odd_ones_dropped(
    listen: Open, session: ClientSession
) -> None:
    central = await listen()
    socket = await dial(session, central)
    device = device_of(central)
    sampled = [
        {"value": "9e9", "measurand": "Power.Active.Import", "unit": "W"},
        {"value": "inf", "measurand": "Energy.Active.Import.Register", "unit": "kWh"},
        {"value": "1", "measurand": "Power.Active.Import", "unit": "Furlong", "phase": "L1"},
        {"value": "250", "measurand": "SoC", "unit": "Percent", "location": "EV"},
        {"value": "1", "measurand": "Temperature", "unit": "Celcius"},
    ]
    values = [
        {"timestamp": "2026-03-01T12:00:00Z", "sampledValue": sampled},
        {"timestamp": "x", "sampledValue": []},
    ]
    call = {"connectorId": 1, "transactionId": 7, "meterValue": values}
    await socket.send_str(json.dumps([2, "1", "MeterValues", call]))
    await socket.receive_str()
    seen = await until(device, lambda known: Quantity.POWER_L1_W in known)
    bad = {quantity for quantity, reading in seen.items() if reading.quality == "BAD"}
    assert bad == {Quantity.POWER_W, Quantity.POWER_L1_W, Quantity.ENERGY_WH, Quantity.LEVEL_PERCENT}
    await socket.close()


async def test_an_outlet_that_the_charge_point_does_not_have_changes_nothing(
    listen: Open, session: ClientSession
) -> None:
    central = await listen()
    socket = await dial(session, central, protocol="ocpp2.0.1")
    for number in (-1, 0, 99, 10**9):
        status = {
            "timestamp": "2026-03-01T12:00:00Z",
            "connectorStatus": "Occupied",
            "evseId": number,
            "connectorId": 1,
        }
        await socket.send_str(json.dumps([2, "1", "StatusNotification", status]))
        assert (await answer_on(socket))[0] == 3
    assert len(await central.discover()) == 1
    await socket.close()


async def test_a_charge_point_with_two_outlets_is_two_devices(listen: Open, connect: Connect) -> None:
    central = await listen(settings(part={"connectors": 2}))
    await connect(central)
    assert [found.identity["id"] for found in await central.discover()] == ["CP1", "CP1/2"]
    with pytest.raises(ValueError, match="is no outlet"):
        central.setup(WALLBOX, Found("ocpp", "CP1/3"))


async def test_a_port_that_is_taken_is_said(listen: Open, clock: SimulatedClock) -> None:
    central = await listen()
    second = OcppIntegration(settings(port=central.port), clock)
    with pytest.raises(DeviceError, match="cannot be listened for"):
        await second.serve()


async def test_charge_points_connect_over_tls_with_a_password_from_a_private_file(
    clock: SimulatedClock, tmp_path: Path
) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    (tmp_path / "cert.pem").write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    (tmp_path / "key.pem").write_bytes(certificate.private_key_pem.bytes())
    told = settings(cert_file="cert.pem", key_file="key.pem", part={"password_file": "cp1"})
    surroundings = Surroundings(clock, None, tmp_path, {"cp1": "secret"}.__getitem__)  # type: ignore[arg-type]
    central = build(told, surroundings)
    serving = asyncio.create_task(central.serve())
    await central.listening.wait()
    context = ssl.create_default_context()
    authority.configure_trust(context)
    headers = {"Authorization": "Basic " + b64encode(b"CP1:secret").decode()}
    async with ClientSession() as session:
        url = f"https://localhost:{central.port}/ocpp/CP1"
        socket = await session.ws_connect(url, protocols=("ocpp1.6",), ssl=context, headers=headers)
        assert (await heartbeat(socket))[0] == 3
        await socket.close()
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


def test_a_certificate_that_cannot_be_used_is_said(clock: SimulatedClock, tmp_path: Path) -> None:
    told = settings(cert_file="cert.pem", key_file="key.pem")
    with pytest.raises(DeviceError, match=r"ocpp\.cert_file"):
        build(told, Surroundings(clock, None, tmp_path, str))  # type: ignore[arg-type]


def test_settings_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(ValueError, match="together"):
        settings(cert_file="cert.pem")
    with pytest.raises(ValueError, match="twice"):
        settings(charge_point=[{"id": "A"}, {"id": "A"}])


async def test_a_connection_that_asks_nothing_or_is_one_too_many_is_closed(
    listen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Door.__init__, "__defaults__", (1, 0.05))
    central = await listen()
    mute, mute_writer = await asyncio.open_connection("127.0.0.1", central.port)
    extra, extra_writer = await asyncio.open_connection("127.0.0.1", central.port)
    assert await extra.read() == b""
    assert await mute.read() == b""
    for writer in (mute_writer, extra_writer):
        writer.close()
        await writer.wait_closed()


async def test_a_flood_of_calls_is_answered_at_a_measured_pace(
    listen: Open, session: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def wait_s(pace: Pace) -> float:
        waits.append(usual(pace))
        return 0.0

    usual = Pace.wait_s
    monkeypatch.setattr(Pace, "wait_s", wait_s)
    central = await listen()
    socket = await dial(session, central, protocol="ocpp2.1")
    for _ in range(300):
        assert (await heartbeat(socket))[0] == 3
    assert waits[0] == 0.0
    assert waits[-1] > 1.0
    await socket.close()
