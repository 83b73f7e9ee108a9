"""A fake Shelly on the network: what it is over HTTP, methods and news over a WebSocket, faults on demand.

    fake = FakeShelly("127.77.2.1", Firmware(...), password="secret", sleep_until=clock.sleep_until)
    async with fake, announced(fake, "127.0.0.1"):
        ...                         # real clients find it, switch it, and are told what changes
        fake.fault = Fault.SILENT   # now it hears and says nothing

Where a clock is given to sleep on, its relays' timers end by themselves and its status is pushed now and
then; otherwise timers end when somebody asks, and ``push`` tells the news.

Source: Shelly Gen2+ API: RPC protocol, notifications, authentication.
"""

import asyncio
import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import Enum
from typing import Self

from aiohttp import WSMsgType, web

from drrouter.sim.wire.shelly.firmware import Firmware, Json, RpcError

MOST_BYTES = 32 * 1024
PUSH_EVERY = timedelta(seconds=15)
NOBODYS_HASH = hashlib.sha256(b"dummy_method:dummy_uri").hexdigest()
LIE_W = 14_000.0


class Fault(Enum):
    """How a device may misbehave."""

    NONE = "none"
    SILENT = "hears, and says nothing"
    GARBAGE = "answers with text that means nothing"
    NO_OBJECT = "answers with JSON that is no object"
    HALF = "breaks off in the middle of an answer"
    HANGS_UP = "ends the connection instead of answering"
    REFUSES = "answers each command to a relay with an error"
    IGNORES = "acknowledges a command to a relay and does nothing"
    LIES = "reports an impossible power"
    NOT_A_NUMBER = "reports a power that is no number"


class FakeShelly:
    """One device; an async context manager that plugs it in and out of the network.

    Attributes:
        requests: methods that were called so far, in order.
        connections: how many there were so far.
        port: where it listens; known once it does, where 0 was asked for.
    """

    def __init__(
        self,
        host: str,
        firmware: Firmware,
        *,
        port: int = 0,
        password: str = "",
        sleep_until: Callable[[datetime], Awaitable[None]] | None = None,
    ) -> None:
        """Build it; nothing is opened yet.

        Args:
            host: the address to listen on.
            firmware: what is inside.
            port: 80 on real devices; 0 for a free one.
            password: of its user ``admin``; "" for none.
            sleep_until: on what its timers run and its status is pushed.
        """
        self.host, self.firmware, self.port, self.password = host, firmware, port, password
        self.fault = Fault.NONE
        self.requests: list[str] = []
        self.connections = 0
        self._sleep_until = sleep_until
        self._nonce = secrets.token_hex(8)
        self._sockets: set[web.WebSocketResponse] = set()
        self._pushes: set[asyncio.Task[None]] = set()
        self._life: asyncio.Task[None] | None = None
        self._wound = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Join the network."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave the network."""
        await self.stop()

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the address or port is taken.
        """
        application = web.Application()
        application.router.add_get("/shelly", self._shelly)
        application.router.add_get("/rpc", self._rpc)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]
        self.firmware.changed = self._changed
        if self._sleep_until:
            self._life = asyncio.create_task(self._live(self._sleep_until), name=f"shelly {self.host}")

    async def stop(self) -> None:
        """Vanish: hang up on everybody and listen no more."""
        tasks = [*self._pushes, *([self._life] if self._life else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.hang_up()
        if self._runner:
            runner, self._runner, self._life = self._runner, None, None
            await runner.cleanup()

    async def hang_up(self) -> None:
        """End every connection, and go on listening."""
        for socket in tuple(self._sockets):
            await socket.close()

    async def push(self, names: list[str] | None = None, *, full: bool = False) -> None:
        """Tell all who listen the status of these components; of all of them where none are named."""
        status = self._twisted(self.firmware.status())
        told = {name: part for name, part in status.items() if names is None or name in names}
        method = "NotifyFullStatus" if full else "NotifyStatus"
        params = {"ts": self.firmware.now().timestamp()} | told
        await self.say({"src": self.firmware.identity.id, "dst": "user", "method": method, "params": params})

    async def say(self, frame: object) -> None:
        """Send any frame to all who listen."""
        for socket in tuple(self._sockets):
            if not socket.closed and self.fault is not Fault.SILENT:
                await socket.send_str(json.dumps(frame))

    def _changed(self, names: list[str]) -> None:
        """A relay moved: tell it, and reckon with its timer."""
        self._wound.set()
        task = asyncio.get_running_loop().create_task(self.push(names))
        self._pushes.add(task)
        task.add_done_callback(self._pushes.discard)

    async def _live(self, sleep_until: Callable[[datetime], Awaitable[None]]) -> None:
        """Let timers end in their time, and push the status now and then."""
        push_at = self.firmware.now() + PUSH_EVERY
        while True:
            self._wound.clear()
            until = min(push_at, self.firmware.due() or push_at)
            alarm = asyncio.ensure_future(sleep_until(until))
            wound = asyncio.ensure_future(self._wound.wait())
            try:
                await asyncio.wait({alarm, wound}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                alarm.cancel()
                wound.cancel()
                await asyncio.gather(alarm, wound, return_exceptions=True)
            self.firmware.settle()
            if self.firmware.now() >= push_at:
                push_at = self.firmware.now() + PUSH_EVERY
                await self.push()

    async def _shelly(self, _: web.Request) -> web.Response:
        """What it is, for everybody."""
        if self.fault is Fault.GARBAGE:
            return web.Response(text="\x00{")
        return web.json_response(self.firmware.info(bool(self.password)))

    async def _rpc(self, request: web.Request) -> web.WebSocketResponse:
        """One connection until either side ends it."""
        socket = web.WebSocketResponse(max_msg_size=MOST_BYTES)
        await socket.prepare(request)
        self.connections += 1
        self._sockets.add(socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT and not await self._talk(socket, message.data):
                    await socket.close()
        finally:
            self._sockets.discard(socket)
        return socket

    async def _talk(self, socket: web.WebSocketResponse, text: str) -> bool:
        """One request and its answer; False where it hangs up."""
        try:
            asked = json.loads(text)
        except ValueError:
            return True
        if not isinstance(asked, dict) or "id" not in asked:
            return True
        method = str(asked.get("method"))
        self.requests.append(method)
        head = {"id": asked["id"], "src": self.firmware.identity.id, "dst": asked.get("src")}
        answer = json.dumps(head | self._outcome(method, asked))
        match self.fault:
            case Fault.SILENT:
                return True
            case Fault.HANGS_UP:
                return False
            case Fault.GARBAGE:
                answer = "\x00" + answer
            case Fault.NO_OBJECT:
                answer = "[1, 2]"
            case Fault.HALF:
                answer = answer[: len(answer) // 2]
        await socket.send_str(answer)
        return True

    def _outcome(self, method: str, asked: Json) -> Json:
        """The result or the error of a method."""
        if method == "Shelly.GetDeviceInfo":
            return {"result": self.firmware.info(bool(self.password))}
        if self.password and not self._knows_password(asked.get("auth")):
            return _error(401, json.dumps(self._challenge()))
        if method == "Switch.Set" and self.fault in (Fault.REFUSES, Fault.IGNORES):
            return {"result": {"was_on": False}} if self.fault is Fault.IGNORES else _error(-1, "relay fault")
        given = asked.get("params")
        try:
            return {
                "result": self._twisted(self.firmware.call(method, given if isinstance(given, dict) else {}))
            }
        except RpcError as error:
            return _error(error.code, str(error))

    def _twisted(self, status: Json) -> Json:
        """The status with another power, where the device lies."""
        lie = {Fault.LIES: LIE_W, Fault.NOT_A_NUMBER: "NaN"}.get(self.fault)
        return {name: _lying(part, lie) for name, part in status.items()} if lie is not None else status

    def _challenge(self) -> Json:
        """What a client must answer to show that it knows the password."""
        realm = self.firmware.identity.id
        return {"auth_type": "digest", "nonce": self._nonce, "nc": 1, "realm": realm, "algorithm": "SHA-256"}

    def _knows_password(self, auth: object) -> bool:
        if not isinstance(auth, dict) or auth.get("nonce") != self._nonce:
            return False
        secret = _hashed(f"admin:{self.firmware.identity.id}:{self.password}")
        given = f"{auth.get('nonce')}:{auth.get('nc')}:{auth.get('cnonce')}"
        return auth.get("response") == _hashed(f"{secret}:{given}:auth:{NOBODYS_HASH}")


def _lying(part: object, power: object) -> object:
    if not isinstance(part, dict):
        return part
    return part | {name: power for name in ("apower", "total_act_power") if name in part}


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _error(code: int, message: str) -> Json:
    return {"error": {"code": code, "message": message}}
