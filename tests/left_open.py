"""Finds what a test leaves open: connections and listening sockets of a loop that is closed.

Python tells of them when it collects the garbage, which may be in the middle of another test. Here each is
remembered with the test that opened it, so that this one fails, at once.
"""

import asyncio
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

FRAMES = 15


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something was opened."""

    test: str
    loop: asyncio.AbstractEventLoop
    stack: traceback.StackSummary


class LeftOpen:
    """Remembers what is opened while a test runs.

    Attributes:
        test: the one that runs now.
    """

    def __init__(self) -> None:
        """From now on, in this process."""
        self.test = ""
        self._origins: WeakKeyDictionary[Any, Origin] = WeakKeyDictionary()
        for kind in (asyncio.BaseTransport, asyncio.Server):
            kind.__init__ = self._remembering(kind.__init__)  # type: ignore[method-assign]  # no hook is offered

    def found(self) -> list[str]:
        """Each thing that is open though its loop is closed, in words; it is told once."""
        closed = [(one, origin) for one, origin in self._origins.items() if origin.loop.is_closed()]
        for one, _ in closed:
            del self._origins[one]
        return [_told(one, origin) for one, origin in closed if _is_open(one)]

    def _remembering(self, begin: Callable[..., None]) -> Callable[..., None]:
        def remember(one: Any, *args: Any, **more: Any) -> None:
            begin(one, *args, **more)
            frames = traceback.walk_stack(None)
            stack = traceback.StackSummary.extract(frames, limit=FRAMES, lookup_lines=False)
            with suppress(RuntimeError):  # one without a loop has no socket either
                self._origins[one] = Origin(self.test, asyncio.get_running_loop(), stack)

        return remember


def _is_open(one: Any) -> bool:
    if isinstance(one, asyncio.Server):
        return bool(one.sockets)
    socket = one.get_extra_info("socket")
    return not one.is_closing() or (socket is not None and socket.fileno() != -1)


def _told(one: Any, origin: Origin) -> str:
    stack = "".join(traceback.format_list(list(reversed(origin.stack))))
    return f"{origin.test} left {one!r} open, {_ends(one)}opened here:\n{stack}"


def _ends(one: Any) -> str:
    """Between which addresses, where these are known."""
    if isinstance(one, asyncio.Server):
        return ""
    return f"from {one.get_extra_info('sockname')} to {one.get_extra_info('peername')}, "


WATCH = LeftOpen()
"""The one of this process."""
