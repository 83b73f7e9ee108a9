"""Runs the demo from the command line: the whole day, or for as long as somebody watches."""

import asyncio
import json
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from drrouter.errors import DaemonUnreachableError
from drrouter.sim.demo.ledger import DemoLedger
from drrouter.sim.demo.narrator import Narrator
from drrouter.sim.demo.playing import DONE, FAILED, played
from drrouter.sim.demo.processes import Processes
from drrouter.sim.demo.stage import Stage, set_stage

SPEED = 60.0
"""Simulated seconds per real second while somebody watches."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What the command line may ask for.

    Attributes:
        one_day: end after one day; without it the demo stays after the day until Ctrl-C.
        speed: simulated seconds per real second at most; None is 60 where somebody watches, and as fast
            as the work allows where not.
        json: print nothing but the ledger, as JSON.
        keep: leave the folder with files, logs and database behind.
        api_port: where the router's API listens; 0 takes a free port.
    """

    one_day: bool = False
    speed: float | None = None
    json: bool = False
    keep: bool = False
    api_port: int = 0

    @property
    def ends_by_itself(self) -> bool:
        """Whether one day is all: asked for, or nobody watches."""
        return self.one_day or self.json or not sys.stdout.isatty()


def run_demo(options: DemoOptions) -> int:
    """Run the demo; returns the exit code: 0 where the day came to its end."""
    return played("drrouter-demo-", partial(_play, options), keep=options.keep)


async def _play(options: DemoOptions, folder: Path, finished: asyncio.Event) -> int:
    speed = options.speed or (None if options.ends_by_itself else SPEED)
    narrator = Narrator(_nowhere if options.json else _to_terminal)
    async with set_stage(folder, speed, options.api_port, Processes(folder), narrator) as stage:
        narrator.welcome(stage, str(folder), speed)
        ledger = await _live(stage)
        _show(ledger, options, narrator)
        if not options.ends_by_itself:
            finished.set()
            stage.server.pause()
            narrator.remark(
                "The day is over and time stands; the router still answers. Ctrl-C ends the demo."
            )
            raise DaemonUnreachableError(await stage.processes.first_end())
    return DONE if ledger.finished else FAILED


async def _live(stage: Stage) -> DemoLedger:
    """The day; a process that ends before it ends the demo."""
    living = asyncio.create_task(stage.day.live(), name="demo.day")
    ending = asyncio.create_task(stage.processes.first_end(), name="demo.watch")
    try:
        await asyncio.wait({living, ending}, return_when=asyncio.FIRST_COMPLETED)
        if ending.done():
            raise DaemonUnreachableError(ending.result())
        return living.result()
    finally:
        living.cancel()
        ending.cancel()
        await asyncio.gather(living, ending, return_exceptions=True)


def _show(ledger: DemoLedger, options: DemoOptions, narrator: Narrator) -> None:
    if options.json:
        print(json.dumps(ledger.as_json(), indent=2), flush=True)
    else:
        narrator.ledger(ledger)


def _to_terminal(line: str) -> None:
    print(line, flush=True)


def _nowhere(_: str) -> None:
    """Nobody listens."""
