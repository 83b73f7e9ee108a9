"""Notices when a process has done all it can do at one instant of simulated time.

A process is still when nobody in it holds ``working()`` and its event loop has gone round several
times without anything to run. A round polls the sockets too, so data that has arrived is work.
Data still on its way is not seen: whoever sent it holds ``working()`` until it was answered.

    round   0    1    2    3    4    5
    ready   ##   #    ##   .    .    .   -> still
    held    ===========
"""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

QUIET_ROUNDS = 3
"""Rounds of the event loop without anything to run, after which it counts as idle.

One would do for callbacks; the others let a callback reach a socket of this same process and come back.
"""


_looks: WeakKeyDictionary[AbstractEventLoop, int] = WeakKeyDictionary()
"""How many look for rest in each loop: their looks are not work to one another."""


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
            loop = asyncio.get_running_loop()
            self._count(loop, 1)
            loop.call_soon(self._probe)

    def _leave_rest(self) -> None:
        if self._still:
            self._still = False
            self._on_busy()

    def _probe(self) -> None:
        """One look, at the end of a round of the loop."""
        loop = asyncio.get_running_loop()
        if self._held:
            self._count(loop, -1)
            return
        others = _looks[loop] - 1
        ready = len(getattr(loop, "_ready", ()))
        self._quiet = 0 if ready > others else self._quiet + 1
        if self._quiet < QUIET_ROUNDS:
            loop.call_soon(self._probe)
            return
        self._count(loop, -1)
        self._still = True
        self._on_still()

    def _count(self, loop: AbstractEventLoop, change: int) -> None:
        self._probing = change > 0
        _looks[loop] = _looks.get(loop, 0) + change
