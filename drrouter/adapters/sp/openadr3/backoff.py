"""Ever longer waits between attempts, with a jitter, so that routers do not return all at once."""

import random
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(slots=True)
class Backoff:
    """Doubles from ``first`` to ``most``; each wait is shortened by up to half, drawn from ``seed``.

    >>> waits = Backoff("ven", first=timedelta(seconds=2), most=timedelta(seconds=8))
    >>> all(timedelta(seconds=1) <= waits.next() <= timedelta(seconds=8) for _ in range(9))
    True
    """

    seed: str
    first: timedelta = timedelta(seconds=2)
    most: timedelta = timedelta(minutes=5)
    _failures: int = 0
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Throw the same dice for the same name."""
        self._dice = random.Random(self.seed)  # noqa: S311 -- spreads load, guards nothing

    def next(self) -> timedelta:
        """How long to wait before the next attempt."""
        longest = min(self.first * (1 << min(self._failures, 20)), self.most)
        self._failures += 1
        return longest * (1 - self._dice.random() / 2)

    def reset(self) -> None:
        """Begin anew: it worked."""
        self._failures = 0
