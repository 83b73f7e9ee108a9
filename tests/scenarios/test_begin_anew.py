"""A running router begins anew when its home file was changed: same process, port, store and sessions."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from drrouter.adapters.client import DrClient
from drrouter.adapters.profile import read_token
from drrouter.app import Options, run_router
from drrouter.config.setup import make_home
from drrouter.domain.ids import DeviceId
from drrouter.errors import DaemonUnreachableError, InputError
from drrouter.router.scribe import Scribe
from drrouter.sim.home_process import free_port
from tests.children import until
from tests.home_files import write_home

FREEZER = {
    "id": "freezer",
    "name": "Freezer",
    "model": "generic.freezer",
    "integration": "kasa",
    "match": {"alias": "Plug 2"},
}


@dataclass
class Run:
    """A router that runs in this process, and a client of it."""

    client: DrClient
    url: str

    async def status_is_new(self, started: object) -> bool:
        """Whether the home has begun anew."""
        try:
            return (await self.client.status()).started_at != started
        except DaemonUnreachableError:
            return False

    async def apply(self) -> None:
        """Apply the file, and wait until the home has begun anew."""
        started = (await self.client.status()).started_at
        await self.client.setup.apply()
        await until(lambda: self.status_is_new(started))


Going = Callable[[Path], AbstractAsyncContextManager[Run]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Going:
    """Start routers as the command does; they end by SIGTERM."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    @asynccontextmanager
    async def going(file: Path) -> AsyncIterator[Run]:
        task, told = asyncio.create_task(run_router(file, Options())), ""

        async def is_ready() -> bool:
            nonlocal told
            told += capsys.readouterr().out
            return '"ready": true' in told or task.done()

        await until(is_ready)
        ready = json.loads(told.splitlines()[0])
        async with DrClient(ready["url"], read_token(Path(ready["token_file"]))) as client:
            yield Run(client, ready["url"])
        os.kill(os.getpid(), signal.SIGTERM)
        await task
        assert capsys.readouterr().out == ""  # one address, said once

    return going


async def test_a_device_is_there_after_the_home_has_begun_anew(tmp_path: Path, run: Going) -> None:
    file = write_home(tmp_path, free_port(), ())
    async with run(file) as one:
        person = await one.client.add_person("Ada", "resident", "a long enough password")
        assert await one.client.devices() == ()
        view = await one.client.setup.device(FREEZER)
        assert (view.is_pending, view.can_apply) == (True, True)
        await one.apply()
        (device,) = await one.client.devices()
        assert (device.profile.id, device.watched) == ("freezer", True)
        assert await one.client.people() == (person,)
        assert not (await one.client.setup.view()).is_pending
        await one.client.hand_over(DeviceId("freezer"), steered=True)
        await one.client.setup.device({"id": "freezer", "name": "Chest freezer"})
        await one.apply()
        (device,) = await one.client.devices()
        assert (device.profile.name, device.watched) == ("Chest freezer", False)


async def test_whoever_is_signed_in_stays_so(tmp_path: Path, run: Going) -> None:
    async with run(write_home(tmp_path, free_port(), ())) as one:
        link = (await one.client.make_link()).url.partition("#link=")[2]
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            session = f"{one.url}/api/v1/session"
            async with browser.post(session, json={"link": link}) as answer:
                assert answer.status == 200
            await one.apply()
            async with browser.get(session) as answer:
                assert (await answer.json())["state"] == "signed_in"


async def test_a_file_that_cannot_be_entered_leaves_the_home_as_it_was(tmp_path: Path, run: Going) -> None:
    file = write_home(tmp_path, free_port(), ("freezer",))
    good = read(file)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        async with run(file) as one:
            write(file, good.replace("port = 0", f"port = {taken.getsockname()[1]}", 1))
            await one.apply()
            view = await one.client.setup.view()
            assert "cannot listen" in view.trouble
            assert view.is_pending
            assert len(await one.client.devices()) == 1
            write(file, good.replace("A home on the bench", "A mended home"))
            await one.apply()
            assert (await one.client.status()).site == "A mended home"
            assert (await one.client.setup.view()).trouble == ""


async def test_a_file_that_is_spoilt_meanwhile_leaves_the_home_as_it_was(
    tmp_path: Path, run: Going, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_home(tmp_path, free_port(), ())
    good, drain = read(file), Scribe.drain

    async def spoil(scribe: Scribe) -> None:
        """Break the file while the home is left, after it was found in order."""
        write(file, "= no toml")
        await drain(scribe)

    monkeypatch.setattr(Scribe, "drain", spoil)
    async with run(file) as one:
        await one.apply()
        assert (await one.client.status()).site == "A home on the bench"
        write(file, good)
        assert "is not valid TOML" in (await one.client.setup.view()).trouble


async def test_a_home_that_cannot_be_entered_at_the_start_is_refused(tmp_path: Path) -> None:
    file = write_home(tmp_path, free_port(), ())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        write(file, read(file).replace("port = 0", f"port = {taken.getsockname()[1]}", 1))
        with pytest.raises(InputError, match="cannot listen"):
            await run_router(file)


async def test_a_home_that_was_just_made_runs_until_it_is_set_up(tmp_path: Path, run: Going) -> None:
    file = tmp_path / "home.toml"
    make_home(file)
    write(file, read(file) + "[api]\nport = 0\n")
    async with run(file) as one:
        assert await one.client.devices() == ()
        await one.client.setup.site({"name": "Ours"})
        await one.apply()
        assert (await one.client.status()).site == "Ours"


def read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
