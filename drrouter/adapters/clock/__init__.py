"""Clocks: the machine's, one shared between processes, and one that a test moves (docs/clock.md).

clock              now() comes from            time passes
SystemClock        the machine, in UTC         by itself
SharedClock        a clock server              when every participant is still (the demo)
SimulatedClock     the test                    when this one process is still (tests, scenarios)

Each implements ``ports.Clock``; nothing else in the program asks for the time.
"""

import logging
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from drrouter.adapters.clock.machine import is_synchronised
from drrouter.adapters.clock.shared import SharedClock
from drrouter.adapters.clock.simulated import SimulatedClock
from drrouter.adapters.clock.system import SystemClock
from drrouter.ports import Clock

__all__ = ["SharedClock", "SimulatedClock", "SystemClock", "is_synchronised", "open_clock"]

_logger = logging.getLogger(__name__)


@asynccontextmanager
async def open_clock(url: str | None, name: str) -> AsyncIterator[Clock]:
    """The clock of a program with the option ``--clock``: shared where there is a URL, else the machine's.

    A program that loses its shared clock cannot go on, and ends as if it had been asked to (SIGTERM).

    Raises:
        InputError: the URL is not of the form ``clock://HOST:PORT``.
        DaemonUnreachableError: no clock answers there, or the name is taken.
    """
    if url is None:
        yield SystemClock()
        return
    async with SharedClock.connect(url, name, on_lost=_end) as clock:
        yield clock


def _end() -> None:
    _logger.warning("the shared clock has gone; this program ends")
    os.kill(os.getpid(), signal.SIGTERM)
