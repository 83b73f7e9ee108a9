"""Plays a demo in a folder of its own until it ends or somebody stops it; where it failed the logs stay."""

import asyncio
import shutil
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from drrouter.errors import DrrouterError

DONE, FAILED, INTERRUPTED = 0, 1, 130

Play = Callable[[Path, asyncio.Event], Awaitable[int]]
"""What is played in a folder; it sets the event when all that matters is over. Returns the exit code."""


def played(prefix: str, play: Play, *, keep: bool) -> int:
    """Play it and return the exit code: that of the play, 130 where Ctrl-C came before all was over.

    The folder is left behind where ``keep`` says so, or the play failed.
    """
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    code = FAILED
    try:
        code = asyncio.run(_until_stopped(folder, play))
    except DrrouterError as error:
        print(error.sentence, file=sys.stderr)
    except KeyboardInterrupt:
        code = INTERRUPTED
    finally:
        if keep or code == FAILED:
            print(f"Files and logs are kept in {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return code


async def _until_stopped(folder: Path, play: Play) -> int:
    stopped, finished = asyncio.Event(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    watching = asyncio.create_task(stopped.wait(), name="demo.stop")
    playing = asyncio.ensure_future(play(folder, finished))
    try:
        await asyncio.wait({watching, playing}, return_when=asyncio.FIRST_COMPLETED)
        if playing.done():
            return playing.result()
        return DONE if finished.is_set() else INTERRUPTED
    finally:
        watching.cancel()
        playing.cancel()
        await asyncio.gather(watching, playing, return_exceptions=True)
