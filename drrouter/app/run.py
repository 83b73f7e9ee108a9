"""Runs the router of a home file until it is told to end, and enters the home anew when its file has changed.

    home file --> entered --> runs --> SIGTERM: left in order
                     ^           +---> changed by panel or terminal: left in order --+
                     +-------------- same process, same store, same port <-----------+

What was acknowledged is on the disk before the home is left. Where the changed file cannot be entered (a port
that is taken, say), the home goes on as it was, and says why.
"""

import asyncio
import json
import logging
import signal
import sys
from collections.abc import Awaitable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from drrouter.adapters.clock import open_clock
from drrouter.adapters.profile import Profile, remembered
from drrouter.app.anew import Anew
from drrouter.app.claiming import tell_how_to_claim
from drrouter.app.running import App, Options, entered
from drrouter.config import HomeConfig, load_home
from drrouter.errors import DrrouterError
from drrouter.ports import Clock

log = logging.getLogger(__name__)


async def run_router(home_path: Path, options: Options | None = None) -> None:
    """Run until SIGTERM or Ctrl-C; prints one line of JSON with the address when it is ready.

    Raises:
        DocumentError: the home file is not valid.
        StoreError, InputError: as ``entered``.
    """
    home, options = _loaded(home_path), options or Options()
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with open_clock(options.clock_url, options.clock_name) as clock:
        runs = _Runs(options, clock, ended)
        try:
            await runs.go_on(home)
        finally:
            runs.let_time_pass()
    log.info("the router ends")


class _Runs:
    """One home, entered again and again until the end."""

    def __init__(self, options: Options, clock: Clock, ended: asyncio.Event) -> None:
        self._options, self._clock, self._ended = options, clock, ended
        self._changed = asyncio.Event()
        self._trouble, self._told = "", ""
        self._between = ExitStack()  # shared simulated time stands still between two homes

    async def go_on(self, home: HomeConfig) -> None:
        """Run it, and what becomes of it, until the end."""
        proven: HomeConfig | None = None  # the last home that could be entered
        while not self._ended.is_set():
            try:
                port = await self._run(home)
            except DrrouterError as error:
                if proven is None:
                    raise
                log.error("the home goes on as it was: %s", error.sentence)
                self._trouble, home, proven = error.sentence, proven, None
                continue
            proven = _at_port(home, port)
            home = self._next(proven)

    def let_time_pass(self) -> None:
        """Hold shared simulated time no longer."""
        self._between.close()

    async def _run(self, home: HomeConfig) -> int:
        """Run one home until the end, or until its file has changed; the port that it has listened on."""
        self._changed.clear()
        anew = Anew(self._changed.set, self._trouble)
        async with entered(home, self._options, self._clock, anew) as app:
            self.let_time_pass()
            with remembered(_note_of(app, home)):
                self._tell(app, home)
                await _first_of(self._ended.wait(), self._changed.wait())
            self._between.enter_context(self._clock.working())
            return urlsplit(app.url).port or home.api.port

    def _next(self, proven: HomeConfig) -> HomeConfig:
        """The home as its file now says; as it was, where the file has been spoilt meanwhile."""
        self._trouble = ""
        if self._ended.is_set():
            return proven
        log.info("the home file has changed; the home begins anew")
        try:
            home = _loaded(proven.path)
        except DrrouterError as error:
            log.error("the home goes on as it was: %s", error.sentence)
            self._trouble = error.sentence
            return proven
        return _at_port(home, proven.api.port) if home.api.port == 0 else home

    def _tell(self, app: App, home: HomeConfig) -> None:
        """Say where the router is reached, once, and how it is claimed."""
        tell_how_to_claim(app.entrance, app.url, home.api.host, home.api.names, sys.stderr)
        if app.url != self._told:
            ready = {"ready": True, "url": app.url, "token_file": str(home.api.token_file)}
            sys.stdout.write(json.dumps(ready) + "\n")
            sys.stdout.flush()
        self._told = app.url


def _loaded(path: Path) -> HomeConfig:
    home = load_home(path)
    for warning in home.warnings:
        log.warning("%s", warning)
    return home


def _at_port(home: HomeConfig, port: int) -> HomeConfig:
    """The same home; whoever has found its port finds it there again."""
    return replace(home, api=replace(home.api, port=port))


def _note_of(app: App, home: HomeConfig) -> Profile:
    """For the commands of this machine, which trust the very certificate that the router shows."""
    trusted = home.api.cert_file.resolve() if home.api.cert_file else None
    return Profile(app.url, None, home.api.token_file.resolve(), trusted)


async def _first_of(*waits: Awaitable[object]) -> None:
    """Return when one of them is over."""
    tasks = [asyncio.ensure_future(one) for one in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
