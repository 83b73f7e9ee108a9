"""One line on a terminal while something takes longer than a second: what is waited for, and for how long.

    with waiting(t("progress.bill")):
        bills = monthly_bills(...)

The line is rewritten in its place and wiped away at the end, also by Ctrl-C. Where standard error is no
terminal, and after ``hush``, nothing is shown. One wait inside another keeps the words of the outer one.
"""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from time import monotonic

from drrouter.cli.words import number, t

FIRST_AFTER_S = 1.0
AGAIN_AFTER_S = 0.5
_ONE_WAIT_S = 0.2
"""What begins so soon after the last wait has ended goes on with it."""


@dataclass(slots=True)
class _State:
    """What one command shows."""

    is_hushed: bool = False
    is_waiting: bool = False
    began: float = 0.0
    ended: float = 0.0


_state = _State()


def allow() -> None:
    """Show lines from now on; a new command begins."""
    _state.is_hushed = _state.is_waiting = False
    _state.ended = 0.0


def hush() -> None:
    """Show nothing in this command: its output is for programs, or fills the terminal."""
    _state.is_hushed = True


@contextmanager
def waiting(what: str) -> Iterator[Callable[[float], None]]:
    """Say what is waited for until it is there; gives a function that takes the share that is done."""
    if _state.is_hushed or _state.is_waiting or not sys.stderr.isatty():
        yield lambda _: None
        return
    now = monotonic()
    _state.began = _state.began if now - _state.ended < _ONE_WAIT_S else now
    line = _Line(what, _state.began)
    _state.is_waiting = True
    thread = Thread(target=line.run, name="progress", daemon=True)
    thread.start()
    try:
        yield line.tell
    finally:
        line.end()
        thread.join()
        _state.is_waiting, _state.ended = False, monotonic()


@dataclass(slots=True)
class _Line:
    """The line, written by a thread of its own: what is waited for may keep the first one busy."""

    what: str
    began: float
    share: float | None = None
    shown: int = 0
    over: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def tell(self, share: float) -> None:
        """So much is done."""
        self.share = share

    def run(self) -> None:
        """Write it again and again until it is over."""
        pause = max(self.began + FIRST_AFTER_S - monotonic(), 0.0)
        while not self.over.wait(pause):
            self._draw()
            pause = AGAIN_AFTER_S

    def end(self) -> None:
        """Wipe it away."""
        self.over.set()
        with self.lock:
            if self.shown:
                _write("\r" + " " * self.shown + "\r")

    def _draw(self) -> None:
        text = self._text()[: shutil.get_terminal_size().columns - 1]
        with self.lock:
            if not self.over.is_set():
                _write("\r" + text.ljust(self.shown))
                self.shown = max(self.shown, len(text))

    def _text(self) -> str:
        seconds = number(int(monotonic() - self.began))
        if self.share is None:
            return t("progress.waiting", what=self.what, seconds=seconds)
        return t("progress.share", what=self.what, seconds=seconds, percent=number(int(100 * self.share)))


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
