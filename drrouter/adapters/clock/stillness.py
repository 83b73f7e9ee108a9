"""Notices when a process has done all it can do at one instant of simulated time.

A process is still when nobody in it holds ``working()`` and its event loop has gone round several
times without anything to run. A round polls the sockets too, so data that has arrived is work.
Data still on its way is not seen: whoever sent it holds ``working()`` until it was answered.

    round   0    1    2    3    4    5
    ready   ##   #    ##   .    .    .   -> still
    held    ===========
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

QUIET_ROUNDS = 3
"""Rounds of the event loop without anything to run, after which it counts as idle.

One would do for callbacks; the others let a callback reach a socket of this same process and come back.
"""


class Stillness:
    """Calls ``on_still`` each time the process comes to rest after ``disturb()`` or ``working()``.

    Interpretation: it looks at the queue of ready callbacks that every loop of the standard library keeps
    (``_ready``); the language offers no public way to ask whether a loop is idle.
    """

    def __init__(self, on_still: Callable[[], None], on_busy: Callable[[], None] = lambda: None) -> None:
        """Call ``on_still`` when rest is reached and ``on_busy`` when it is left."""
        self._on_still, self._on_busy = on_still, on_busy
        self._held = 0
        self._probing = False
        self._quiet = 0
        self._still = False

    @property
    def held(self) -> int:
        """How many pieces of work are in progress."""
        return self._held

    @property
    def still(self) -> bool:
        """Whether rest is reached."""
        return self._still

    @contextmanager
    def working(self) -> Iterator[None]:
        """No rest is reached while this is entered."""
        self._leave_rest()
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            self.disturb()

    def disturb(self) -> None:
        """Something happened; look for rest anew."""
        self._leave_rest()
        self._quiet = 0
        if not self._probing and not self._held:
            self._probing = True
            asyncio.get_running_loop().call_soon(self._probe)

    def _leave_rest(self) -> None:
        if self._still:
            self._still = False
            self._on_busy()

    def _probe(self) -> None:
        """One look, at the end of a round of the loop."""
        if self._held:
            self._probing = False
            return
        loop = asyncio.get_running_loop()
        self._quiet = 0 if getattr(loop, "_ready", ()) else self._quiet + 1
        if self._quiet < QUIET_ROUNDS:
            loop.call_soon(self._probe)
            return
        self._probing = False
        self._still = True
        self._on_still()
