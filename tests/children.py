"""The true router and the true VTN as processes of their own, and the VTN's operator, for tests that kill.

async with Children(folder) as children:
    vtn = await children.vtn()
    router = await children.router(home_file)
    ...
    router.kill()
"""

import asyncio
import contextlib
import json
import os
import signal
import ssl
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from drrouter.adapters.clock import SystemClock

CLOCK = SystemClock()
SECRET = "a secret for tests"
READY_S = 60.0

VTN = """
state = "vtn.sqlite"
{options}
[[client]]
id = "operator"
secret = "{secret}"
role = "bl"
"""

VEN = """
[[client]]
id = "{name}"
secret = "{secret}"
role = "ven"
ven_name = "{name}"
targets = ["{name}_loads"]
"""


async def pause(seconds: float) -> None:
    """Let real time pass, as there is no other among processes."""
    await CLOCK.sleep_until(CLOCK.now() + timedelta(seconds=seconds))


async def until(met: Callable[[], Awaitable[bool]], within_s: float = 20.0) -> None:
    """Return as soon as it is met; other processes tell nobody when they are done, so it is asked for.

    Raises:
        TimeoutError: it was not met in time.
    """
    async with asyncio.timeout(within_s):
        while True:
            if await met():
                return
            await pause(0.05)


class Child:
    """One process in a session of its own, with its log beside it."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self.process, self.log = process, log
        self._ready: asyncio.Task[dict[str, Any]] = asyncio.create_task(self._ready_line())

    async def ready(self) -> dict[str, Any]:
        """What its ready line says."""
        async with asyncio.timeout(READY_S):
            return await asyncio.shield(self._ready)

    async def _ready_line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            if line.startswith(b"{"):
                ready: dict[str, Any] = json.loads(line)
                return ready
        raise AssertionError(f"ended before it was ready:\n{self.log.read_text()[-2000:]}")

    async def kill(self) -> None:
        """SIGKILL, and wait for the end."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self._over()

    async def end(self) -> int:
        """SIGTERM, and wait for the orderly end; its exit code."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        return await self._over()

    async def _over(self) -> int:
        code = await self.process.wait()
        self._ready.cancel()
        await asyncio.gather(self._ready, return_exceptions=True)
        return code

    def family(self) -> list[int]:
        """The processes that it started and that live, by their session."""
        return [number for number, session in _sessions() if session == self.process.pid]

    async def childless(self, within_s: float = 10.0) -> bool:
        """Whether all of its own children end after it did."""

        async def met() -> bool:
            return not self.family()

        with contextlib.suppress(TimeoutError):
            await until(met, within_s)
        return await met()


class Children:
    """Processes that end with the context."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._started = folder, list[Child]()

    async def __aenter__(self) -> "Children":
        return self

    async def __aexit__(self, *_: object) -> None:
        for child in reversed(self._started):
            if child.process.returncode is None:
                await child.end()
            for number in child.family():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)

    async def start(self, *arguments: str, log: str, program: Sequence[str] = ("-m", "drrouter")) -> Child:
        """Start the program with these arguments; its log is appended to."""
        path = self.folder / log
        with path.open("ab") as file:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *program,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=file,
                cwd=self.folder,
                start_new_session=True,
            )
        child = Child(process, path)
        self._started = [one for one in self._started if one.process.returncode is None or one.family()]
        self._started.append(child)
        return child

    async def vtn(self, options: str = "", homes: Sequence[str] = ("home",)) -> str:
        """Start a VTN for these homes, with its state on disk, and return its address."""
        file = self.folder / "vtn.toml"
        clients = [VEN.format(name=name, secret=SECRET) for name in homes]
        file.write_text(VTN.format(options=options, secret=SECRET) + "".join(clients))
        file.chmod(0o600)
        child = await self.start("vtn", str(file), "--port", "0", log="vtn.log")
        return str((await child.ready())["url"])

    @property
    def newest(self) -> Child:
        """The process that was started last."""
        return self._started[-1]

    async def router(self, home: str) -> Child:
        """Start a router with this home file, without waiting for it."""
        file = self.folder / "home.toml"
        if not file.exists() or file.read_text() != home:
            file.write_text(home)
            file.chmod(0o600)
        return await self.start("run", str(file), log="router.log")


class Operator:
    """The VTN's operator over HTTP: writes programs and events, reads reports.

    Attributes:
        program: the id of the one program.
    """

    def __init__(self, url: str, tls: ssl.SSLContext | None = None) -> None:
        self._url, self._tls = url.rstrip("/"), tls or ssl.create_default_context()
        self.program = ""

    async def __aenter__(self) -> "Operator":
        connector = aiohttp.TCPConnector(ssl=self._tls, limit=0)
        self._http = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=30))
        form = {"grant_type": "client_credentials", "client_id": "operator", "client_secret": SECRET}
        token = await self.call("POST", "/auth/token", data=form)
        self._http.headers["Authorization"] = f"Bearer {token['access_token']}"
        self.program = (await self.call("POST", "/programs", json={"programName": "loads"}))["id"]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def call(self, method: str, path: str, **content: Any) -> Any:
        async with self._http.request(method, self._url + path, **content) as answer:
            text = await answer.text()
        assert answer.status < 400, f"{method} {path}: {answer.status} {text}"
        return json.loads(text) if text else None

    async def send(self, level: int, period: dict[str, str], event_id: str = "", **members: Any) -> str:
        """Create an event with this SIMPLE level, or change the one of this id; its id."""
        body = {
            "programID": self.program,
            "eventName": f"shed {level}",
            "intervalPeriod": period,
            "intervals": [{"id": 0, "payloads": [{"type": "SIMPLE", "values": [level]}]}],
            **members,
        }
        answer = await self.call(
            "PUT" if event_id else "POST", f"/events/{event_id}" if event_id else "/events", json=body
        )
        return str(answer["id"])

    async def delete(self, event_id: str) -> None:
        await self.call("DELETE", f"/events/{event_id}")

    async def receipts(self, event_id: str) -> list[tuple[str, str, str]]:
        """The receipts of an event as (report id, resource, version), from all its reports."""
        found: list[tuple[str, str, str]] = []
        for report in await self.call("GET", f"/reports?eventID={event_id}"):
            for resource in report["resources"]:
                for payload in resource["intervals"][0]["payloads"]:
                    if payload["type"] == "X_RECEIPT":
                        found.append((report["id"], resource["resourceName"], str(payload["values"][0])))
        return found


def _sessions() -> list[tuple[int, int]]:
    """Every process with its session, from /proc; the ones that are gone already are left out."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError, IndexError, ValueError):
                state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
                if state != "Z":
                    found.append((int(entry.name), int(session)))
    return found
