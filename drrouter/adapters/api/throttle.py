"""Slows down whoever tries wrong tokens: per address, each further wrong one waits twice as long.

    wrong   1 2 3 4 5   6    7    8   ...   14 and more
    wait    - - - - -   1 s  2 s  4 s ...   5 min

Interpretation: a right token is served even while its address waits, for 256 random bits cannot be guessed
by trying, and nobody in the home shall be able to lock the owner out.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

FREE = 5
FIRST_S = 1.0
LONGEST_S = 300.0
MOST_ADDRESSES = 1024


@dataclass(slots=True)
class _Tally:
    wrong: int = 0
    until: float = 0.0


class Throttle:
    """Counts wrong tokens per address; real time, for this is about machines on a network."""

    def __init__(self, time: Callable[[], float] = monotonic, longest_s: float = LONGEST_S) -> None:
        """Nobody has tried anything yet."""
        self._time, self._longest_s = time, longest_s
        self._tallies: OrderedDict[str, _Tally] = OrderedDict()

    def wait_s(self, address: str) -> float:
        """How long the address must wait until it may try again, in seconds; 0 when it may."""
        tally = self._tallies.get(address)
        return max(tally.until - self._time(), 0.0) if tally else 0.0

    def wrong(self, address: str) -> int:
        """Count a wrong token of the address; returns how many it tried."""
        tally = self._tallies.setdefault(address, _Tally())
        self._tallies.move_to_end(address)
        tally.wrong += 1
        if tally.wrong > FREE:
            doublings = min(tally.wrong - FREE - 1, 32)
            tally.until = self._time() + min(FIRST_S * 2**doublings, self._longest_s)
        while len(self._tallies) > MOST_ADDRESSES:
            self._tallies.popitem(last=False)
        return tally.wrong

    def right(self, address: str) -> None:
        """The address knows a token; forget what it tried."""
        self._tallies.pop(address, None)
