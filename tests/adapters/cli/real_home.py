"""A true router at work in this process, its local API on loopback, and the command line pointed at it."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from drrouter.adapters.api import Entrance, LocalApi, Panel, Role
from drrouter.adapters.executor import InlineExecutor
from drrouter.cli import main
from drrouter.config import load_home
from drrouter.config.setup import HomeDesk, make_home
from drrouter.domain.signal import EventReceived
from tests.adapters.cli.conftest import Run, Said
from tests.builders import shed
from tests.homes import Home, running


@dataclass(slots=True)
class RealHome:
    """The home, its API, and a way to run commands."""

    home: Home
    api: LocalApi
    entrance: Entrance
    secret: str
    run: Run


@asynccontextmanager
async def real_home(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RealHome]:
    """A home with devices, a provider whose event stands, and a home file to set up."""
    home = Home()
    async with running(home):
        home.provider.says(EventReceived(shed("e", "18:00", "19:00")))
        await home.clock.settle()
        file = tmp_path / "home.toml"
        make_home(file, {"TZ": "Europe/Amsterdam"})
        home.front.setup = HomeDesk(file, InlineExecutor(), lambda: None, load_home(file))
        entrance = await Entrance.open(home.store, home.clock, InlineExecutor())
        _, secret = await entrance.tokens.issue(Role.OWNER, "Anna", None)
        async with LocalApi(home.front, entrance, home.clock, panel=Panel(None)) as api:
            monkeypatch.setenv("DRROUTER_URL", api.url)
            monkeypatch.setenv("DRROUTER_TOKEN", secret)
            monkeypatch.setattr("sys.stdin", io.StringIO(""))
            yield RealHome(home, api, entrance, secret, _runner(capsys))


def _runner(capsys: pytest.CaptureFixture[str]) -> Run:
    async def run(*arguments: str) -> Said:
        code = await asyncio.to_thread(main, list(arguments))
        written = capsys.readouterr()
        return Said(code, written.out, written.err)

    return run
