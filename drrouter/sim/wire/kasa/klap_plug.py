"""Fake plugs and strips of newer firmware: KLAP over HTTP, discovery on port 20002, and faults on demand.

fake = FakeKlap("127.77.0.21", SmartAnswers("Freezer", mac, load, clock.now), mac=mac, account=account)
async with fake:
    ...                 # real clients discover it, log in, switch it and read it
    fake.forget()       # as after a power cut: every session is refused from now on
"""

import asyncio
import binascii
import contextlib
import json
import secrets
import struct
from typing import Protocol, Self

from aiohttp import web

from drrouter.sim.wire.kasa.answers import Json
from drrouter.sim.wire.kasa.ears import Ears
from drrouter.sim.wire.kasa.klap import SEED_BYTES, Session, account_hash, client_proof, plug_proof
from drrouter.sim.wire.kasa.plug import LARGEST_REQUEST, Fault, garbage

DISCOVERY_PORT = 20002
HEADER = struct.Struct(">BBHHBBII")
LIE_MW = 14_000_000
REFUSED = -1301


class Firmware(Protocol):
    """What answers requests, in Kasa's or Tapo's commands."""

    def answer(self, request: Json) -> Json:
        """The answer to one request."""
        ...


class FakeKlap:
    """A device that must be logged in to; an async context manager that plugs it in and out of the network.

    Attributes:
        firmware: what answers inside.
        locked: whether it lets nobody in, as with Third-Party Compatibility switched off.
        port: where it listens over HTTP; known once it does, where 0 was asked for.
        logins, requests: how many there were so far.
    """

    def __init__(
        self,
        address: str,
        firmware: Firmware,
        *,
        mac: str,
        model: str = "P110(EU)",
        family: str = "SMART.TAPOPLUG",
        account: tuple[str, str] = ("", ""),
        version: int = 2,
        port: int = 0,
        discovery_port: int = DISCOVERY_PORT,
    ) -> None:
        """Build it; nothing is opened yet.

        Args:
            address: its own address, 127.a.b.c.
            firmware: ``SmartAnswers`` or ``SmartStripAnswers``; those of the legacy plugs for other families.
            mac: as discovery tells it.
            model: likewise.
            family: what it calls its kind (``IOT.SMARTPLUGSWITCH``: Kasa's commands).
            account: name and password of whom it belongs to.
            version: of its hashes.
            port: 80 on real plugs; 0 for a free one.
            discovery_port: where it hears calls over UDP.
        """
        self.address, self.firmware, self.port = address, firmware, port
        self.mac, self.model, self.family, self.version = mac, model, family, version
        self.fault, self.locked, self.delay_s = Fault.NONE, False, 0.0
        self.logins, self.requests = 0, 0
        self._account = account_hash(*account, version)
        self._ears = Ears(address, discovery_port, self.heard)
        self._begun: dict[str, tuple[bytes, bytes]] = {}
        self._sessions: dict[str, Session] = {}
        self._runner: web.AppRunner | None = None
        self._leaving = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Join the network."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave the network."""
        await self.stop()

    async def start(self) -> None:
        """Listen; a device that left comes back with its relay as it was and without its sessions.

        Raises:
            OSError: the address or port is taken.
        """
        self._leaving.clear()
        application = web.Application(client_max_size=LARGEST_REQUEST)
        application.router.add_post("/app/handshake1", self._handshake1)
        application.router.add_post("/app/handshake2", self._handshake2)
        application.router.add_post("/app/request", self._request)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.address, self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]
        await self._ears.open()

    async def stop(self) -> None:
        """Vanish: hang up on everybody and listen no more."""
        self._ears.close()
        self._leaving.set()
        self.forget()
        if self._runner:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    def forget(self) -> None:
        """Refuse every session from now on, as after a power cut."""
        self._sessions.clear()
        self._begun.clear()

    def heard(self, data: bytes, sender: tuple[str, int]) -> None:
        """Answer a call in the newer way: a header with a checksum, then JSON in the clear."""
        if len(data) < HEADER.size or data[0] != 2 or self.fault is Fault.SILENT:
            return
        body = json.dumps({"result": self.announced(), "error_code": 0}).encode()
        head = HEADER.pack(2, 0, 1, len(body), 17, 0, HEADER.unpack_from(data)[6], 0x5A6B7C8D)
        checksum = binascii.crc32(head + body).to_bytes(4, "big")
        answer = head[:-4] + checksum + body
        self._ears.answer(garbage(len(answer)) if self.fault is Fault.GARBAGE else answer, sender)

    def announced(self) -> Json:
        """What it says of itself to whoever calls."""
        scheme = {
            "is_support_https": False,
            "encrypt_type": "KLAP",
            "http_port": self.port,
            "lv": self.version,
        }
        return {
            "device_id": self.mac.replace(":", "") * 2,
            "owner": "0" * 32,
            "device_type": self.family,
            "device_model": self.model,
            "ip": self.address,
            "mac": self.mac.replace(":", "-"),
            "is_support_iot_cloud": True,
            "obd_src": "tplink",
            "factory_default": False,
            "mgt_encrypt_schm": scheme,
        }

    async def _handshake1(self, request: web.Request) -> web.Response:
        """Give our seed, and the proof that we know the account."""
        local = await request.read()
        if self.fault is Fault.SILENT:
            await self._leaving.wait()
        if self.locked:
            return web.json_response({"error_code": 1003}, status=403)
        if len(local) != SEED_BYTES:
            return web.Response(status=400)
        remote, cookie = secrets.token_bytes(SEED_BYTES), secrets.token_hex(16).upper()
        self._begun[cookie] = (local, remote)
        response = web.Response(body=remote + plug_proof(local, remote, self._account, self.version))
        response.headers["Set-Cookie"] = f"TP_SESSIONID={cookie};TIMEOUT=86400"
        return response

    async def _handshake2(self, request: web.Request) -> web.Response:
        """Check the proof of the other side; keep the session."""
        cookie = request.cookies.get("TP_SESSIONID", "")
        seeds = self._begun.pop(cookie, None)
        if seeds is None or await request.read() != client_proof(*seeds, self._account, self.version):
            return web.Response(status=403)
        self._sessions[cookie] = Session.between(*seeds, self._account)
        self.logins += 1
        return web.Response()

    async def _request(self, request: web.Request) -> web.StreamResponse:
        """One sealed request and its sealed answer."""
        session = self._sessions.get(request.cookies.get("TP_SESSIONID", ""))
        if session is None:
            return web.Response(status=403)
        try:
            number = int(request.query.get("seq", ""))
            asked = json.loads(session.open(await request.read(), number))
        except (ValueError, OverflowError):
            return web.Response(status=400)
        self.requests += 1
        plain = json.dumps(self._answer(asked)).encode()
        return await self._reply(request, session.seal(plain, number))

    async def _reply(self, request: web.Request, sealed: bytes) -> web.StreamResponse:
        """The answer, twisted by the fault."""
        match self.fault:
            case Fault.SILENT:
                await self._leaving.wait()
            case Fault.SLOW:
                await asyncio.sleep(self.delay_s)
            case Fault.GARBAGE:
                return web.Response(body=garbage(len(sealed)))
            case Fault.HALF:
                return web.Response(body=sealed[: len(sealed) // 2])
            case Fault.ENDLESS:
                return await self._pour(request)
        return web.Response(body=sealed)

    async def _pour(self, request: web.Request) -> web.StreamResponse:
        """Begin an answer and go on until the other side hangs up."""
        response = web.StreamResponse()
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while not self._leaving.is_set():
                await response.write(bytes(64 * 1024))
        return response

    def _answer(self, asked: Json) -> Json:
        """The honest answer, twisted by the fault."""
        if self.fault in (Fault.REFUSES, Fault.IGNORES) and _is_switching(asked):
            return _outcome(asked, REFUSED if self.fault is Fault.REFUSES else 0)
        answer = self.firmware.answer(asked)
        lie = {Fault.LIES: LIE_MW, Fault.NOT_A_NUMBER: "NaN"}.get(self.fault)
        return answer if lie is None else _with_power(answer, lie)


def _is_switching(asked: Json) -> bool:
    """Whether a request moves a relay, in either language."""
    return "set_device_info" in (text := json.dumps(asked)) or "set_relay_state" in text


def _outcome(asked: Json, code: int) -> Json:
    """The answer to a request that moves a relay, without moving it."""
    if "system" in asked:
        return {"system": {"set_relay_state": {"err_code": code}}}
    if asked.get("method") == "control_child":
        return {"error_code": 0, "result": {"responseData": {"error_code": code}}}
    return {"error_code": code}


def _with_power(part: object, power: object) -> Json:
    """The answer with another power wherever it states one."""
    twisted: Json = json.loads(json.dumps(part), object_hook=lambda one: one | _lies(one, power))
    return twisted


def _lies(one: Json, power: object) -> Json:
    return {name: power for name in ("power_mw", "current_power") if name in one}
