"""The demo's child processes: the same program with other commands, each with a ready line and a log file.

    async with Processes(folder) as processes:
        ready = await processes.start("vtn", "vtn", "vtn.toml", "--clock", url)
        ...
        name, sentence = await processes.first_end()

A child prints one line of JSON when it is ready. Each runs in a session of its own, so that Ctrl-C in the
terminal reaches the demo alone, which then ends the children in the reverse order of their start.
"""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drrouter.errors import DaemonUnreachableError

READY_WITHIN_S = 60.0
END_WITHIN_S = 10.0
LAST_LINES = 5
PROGRAM = (sys.executable, "-m", "drrouter")


@dataclass(slots=True)
class _Child:
    """One process, the file of its standard error, and the task that keeps what it still prints."""

    name: str
    process: asyncio.subprocess.Process
    log: Path
    drain: asyncio.Task[None] | None = None


class Processes:
    """Child processes that end with the context, whatever happens in it."""

    def __init__(self, folder: Path, program: tuple[str, ...] = PROGRAM) -> None:
        """Keep one log file for each child in the folder."""
        self._folder, self._program = folder, program
        self._children: list[_Child] = []

    async def __aenter__(self) -> "Processes":
        """No child yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """End every child, the last first."""
        for child in reversed(self._children):
            await _end(child)
        self._children.clear()

    async def start(self, name: str, *arguments: str) -> dict[str, Any]:
        """Start one and return what its ready line says.

        Raises:
            DaemonUnreachableError: it ended before it was ready, or was not ready in a minute.
        """
        log = self._folder / f"{name}.log"
        with log.open("wb") as stderr:
            process = await asyncio.create_subprocess_exec(
                *self._program,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=stderr,
                cwd=self._folder,
                start_new_session=True,
            )
        child = _Child(name, process, log)
        self._children.append(child)
        ready = await _ready_line(child)
        child.drain = asyncio.create_task(_drain(process), name=f"{name}.stdout")
        return ready

    async def first_end(self) -> str:
        """Wait until one of them ends by itself, which none should, and say so in a sentence."""
        waits = {
            asyncio.create_task(child.process.wait(), name=child.name): child for child in self._children
        }
        try:
            ended, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            return _fate(waits[ended.pop()])
        finally:
            for wait in waits:
                wait.cancel()

    def errors_logged(self, *names: str) -> int:
        """How many lines of level ERROR or CRITICAL stand in the logs of these children."""
        logs = [child.log for child in self._children if child.name in names]
        lines = [line for log in logs for line in log.read_text("utf-8", "replace").splitlines()]
        return sum(" ERROR " in line or " CRITICAL " in line for line in lines)


async def _ready_line(child: _Child) -> dict[str, Any]:
    """The first line that is a JSON object; anything before it is talk."""
    assert child.process.stdout is not None  # noqa: S101 -- a pipe was asked for
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            while line := await child.process.stdout.readline():
                if line.startswith(b"{"):
                    ready: dict[str, Any] = json.loads(line)
                    return ready
            await child.process.wait()
    except TimeoutError as error:
        raise DaemonUnreachableError(
            f"{child.name} was not ready within {READY_WITHIN_S:g} s.{_last_words(child)}"
        ) from error
    raise DaemonUnreachableError(_fate(child))


def _fate(child: _Child) -> str:
    return f"{child.name} ended by itself (exit code {child.process.returncode}).{_last_words(child)}"


def _last_words(child: _Child) -> str:
    lines = child.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
    return "".join(f"\n  {line}" for line in lines)


async def _drain(process: asyncio.subprocess.Process) -> None:
    """Read on, so that a child never waits for a full pipe."""
    assert process.stdout is not None  # noqa: S101 -- a pipe was asked for
    while await process.stdout.read(65536):
        pass


async def _end(child: _Child) -> None:
    """Ask it to end; kill it where it does not."""
    if child.process.returncode is None:
        child.process.terminate()
        try:
            await asyncio.wait_for(child.process.wait(), END_WITHIN_S)
        except TimeoutError:
            child.process.kill()
            await child.process.wait()
    if child.drain is not None:
        await child.drain
