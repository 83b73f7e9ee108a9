"""Slows down who tries wrong secrets: per client and address, each further one waits twice as long.

wrong tries    1 2 3 4 5   6    7    8   ...
then wait      - - - - -   1 s  2 s  4 s ...  at most 5 min
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from time import monotonic

FREE = 5
LONGEST_S = 300.0
MOST_REMEMBERED = 10_000


@dataclass(slots=True)
class _Tally:
    wrong: int = 0
    until: float = 0.0


class WrongTries:
    """Counts them in real time, for guessing is done by machines on a network."""

    def __init__(self, time: Callable[[], float] = monotonic) -> None:
        """Nobody has tried yet."""
        self._time = time
        self._tallies: OrderedDict[Hashable, _Tally] = OrderedDict()

    def wait_s(self, who: Hashable) -> float:
        """How long before the next try is looked at, in seconds; 0 when now."""
        tally = self._tallies.get(who)
        return max(tally.until - self._time(), 0.0) if tally else 0.0

    def wrong(self, who: Hashable) -> None:
        """Count one."""
        tally = self._tallies.setdefault(who, _Tally())
        self._tallies.move_to_end(who)
        tally.wrong += 1
        if tally.wrong > FREE:
            tally.until = self._time() + min(2.0 ** min(tally.wrong - FREE - 1, 32), LONGEST_S)
        while len(self._tallies) > MOST_REMEMBERED:
            self._tallies.popitem(last=False)

    def right(self, who: Hashable) -> None:
        """Forget what this one tried."""
        self._tallies.pop(who, None)
