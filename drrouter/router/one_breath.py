"""Acts at once on the first of many changes that come in one breath, and once more on all the others.

    changes      a   b c d ... z           e
    acts         a   |      b to z         e
                     one turn of the event loop

Acting makes the whole timeline anew; for each of a thousand events it would keep everything else waiting.
"""

import asyncio
from collections.abc import Callable


class OneBreath:
    """Calls ``act`` for changes; what it owes is paid by ``settle`` in the next turn of the event loop."""

    def __init__(self, act: Callable[[], None], soon: Callable[[], None]) -> None:
        """``soon`` is told that something is owed; whoever hears it calls ``settle``."""
        self._act, self._soon = act, soon
        self._is_breathing = self.owes = False

    def changed(self) -> None:
        """Something changed: act now, or remember that acting is owed."""
        if self._is_breathing:
            self.owes = True
            self._soon()
            return
        self._is_breathing, self.owes = True, False
        asyncio.get_running_loop().call_soon(self._breathe_out)
        self._act()

    def settle(self) -> None:
        """Act on what is owed."""
        if self.owes:
            self.owes = False
            self._act()

    def _breathe_out(self) -> None:
        """The event loop has turned; the next change acts at once again."""
        self._is_breathing = False
