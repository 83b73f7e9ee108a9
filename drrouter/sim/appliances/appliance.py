"""What every simulated appliance has in common: a supply that may be cut, a course of time, and a meter."""

from abc import ABC, abstractmethod
from datetime import datetime, timedelta

from drrouter.domain.interval import floor_to, require_utc

MINUTE = timedelta(minutes=1)
NEVER = timedelta(days=3650)
SMALLEST = timedelta(microseconds=1)


class Meter:
    """Adds up energy, in all and minute by minute.

    Attributes:
        start: the minute of the first entry.
        minutes_wh: energy of each minute since then, in Wh.
        total_wh: all of it.
    """

    def __init__(self, start: datetime) -> None:
        """Begin with nothing metered."""
        self.start = floor_to(require_utc(start), MINUTE)
        self.minutes_wh: list[float] = []
        self.total_wh = 0.0

    def add(self, since: datetime, until: datetime, power_w: float) -> None:
        """Meter a constant power, in W, over a stretch of time; stretches come in order."""
        self.total_wh += power_w * (until - since).total_seconds() / 3600
        while since < until:
            index = (since - self.start) // MINUTE
            edge = min(until, self.start + (index + 1) * MINUTE)
            self.minutes_wh.extend([0.0] * (index + 1 - len(self.minutes_wh)))
            self.minutes_wh[index] += power_w * (edge - since).total_seconds() / 3600
            since = edge


class Appliance(ABC):
    """Something that draws power; subclasses say how much, until when, and what passes meanwhile."""

    def __init__(self, start: datetime, *, supplied: bool = False) -> None:
        """Begin at ``start``, with or without power at the socket."""
        self.now = require_utc(start)
        self.supplied = supplied
        self.meter = Meter(start)

    @property
    @abstractmethod
    def power_w(self) -> float:
        """What it draws now, in W."""

    @abstractmethod
    def _until_change(self) -> timedelta:
        """How long the power and all rules stay as they are, if nobody interferes; NEVER for ever."""

    def _pass(self, span: timedelta) -> None:  # noqa: B027 - most have something to do here, none must
        """Let the time pass inside, no further than the next change."""

    def _react(self) -> None:  # noqa: B027 - likewise
        """Change what is to change at this instant."""

    def advance(self, until: datetime) -> None:
        """Live on to the instant; nothing happens when it has passed."""
        while self.now < until:
            span = max(min(until - self.now, self._until_change()), SMALLEST)
            self.meter.add(self.now, self.now + span, self.power_w)
            self._pass(span)
            self.now += span
            self._react()

    def set_supply(self, on: bool) -> None:
        """The socket gives power from now on, or cuts it."""
        if on != self.supplied:
            self.supplied = on
            self._on_supply()
            self._react()

    def _on_supply(self) -> None:  # noqa: B027 - likewise
        """Notice that the supply came or went."""
