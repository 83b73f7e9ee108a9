"""Freezer and room: a temperature that drifts to its surroundings, and a machine on a thermostat against it.

    dT/dt = (surroundings - T) / tau + rate * running        (rate negative where it cools)

The equation is solved exactly between two changes. It differs a little from the planner's straight line, as a
real freezer does: the warmer it is, the slower it warms.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.interval import floor_to
from drrouter.sim.appliances.appliance import NEVER, SMALLEST, Appliance

HOUR = timedelta(hours=1)
HAIR_C = 1e-7  # a difference of temperatures that counts as none


@dataclass(frozen=True, slots=True)
class Thermostat:
    """Where the machine stops and starts by itself; between the two it goes on as it was.

    Raises:
        ValueError: the two are equal.
    """

    stops_at_c: float
    starts_at_c: float

    def __post_init__(self) -> None:
        """Refuse a thermostat that would click for ever."""
        if self.stops_at_c == self.starts_at_c:
            raise ValueError("a thermostat needs some degrees between stopping and starting")


@dataclass(frozen=True, slots=True)
class Body:
    """What is cooled or heated, and by how much.

    Attributes:
        tau: in this time the difference to the surroundings falls to 37 % while nothing runs.
        rate_c_per_h: what running does; negative cools.
        running_w, idle_w: power while running, and while powered at rest.
        low_c, high_c: the range that must be kept.
        rest: the machine must rest so long between two runs.
    """

    tau: timedelta
    rate_c_per_h: float
    running_w: float
    low_c: float
    high_c: float
    idle_w: float = 0.0
    rest: timedelta = timedelta(0)


class Thermal(Appliance):
    """A body, its thermostat, and surroundings that change by the hour of the day (UTC).

    Attributes:
        temperature_c: now.
        lowest_c, highest_c: so far.
        outside: how long it was outside its range.
        outside_kh: the same weighted by how far, in degree hours.
        short_rests: how often the machine started again without its rest.
    """

    def __init__(
        self,
        start: datetime,
        body: Body,
        thermostat: Thermostat,
        temperature_c: float,
        surroundings_c: Sequence[float],
        *,
        supplied: bool = False,
    ) -> None:
        """Begin at a temperature; ``surroundings_c`` holds one value, or 24 by the hour of the day in UTC."""
        super().__init__(start, supplied=supplied)
        self.body, self.thermostat = body, thermostat
        self.temperature_c = self.lowest_c = self.highest_c = temperature_c
        self.outside, self.outside_kh, self.short_rests = timedelta(0), 0.0, 0
        self._surroundings_c = tuple(surroundings_c)
        self._calls = False
        self._stopped_at: datetime | None = None
        self._ran = False
        self._react()

    @property
    def running(self) -> bool:
        """Whether the compressor or pump runs."""
        return self.supplied and self._calls

    @property
    def power_w(self) -> float:
        """What it draws now, in W."""
        if not self.supplied:
            return 0.0
        return self.body.running_w if self._calls else self.body.idle_w

    @property
    def stored_wh(self) -> float:
        """The electricity that its temperature is worth, in Wh, counted from 0 degrees C."""
        return self.temperature_c * self.body.running_w / self.body.rate_c_per_h

    @property
    def _heading_c(self) -> float:
        """Where the temperature would end."""
        index = self.now.hour if len(self._surroundings_c) > 1 else 0
        drive = self.body.rate_c_per_h * (self.body.tau / HOUR) if self.running else 0.0
        return self._surroundings_c[index] + drive

    def _until_change(self) -> timedelta:
        """Until the thermostat clicks, a bound is crossed, or the surroundings change."""
        marks = (self.thermostat.stops_at_c, self.thermostat.starts_at_c, self.body.low_c, self.body.high_c)
        spans = [self._until(mark) for mark in marks]
        if len(self._surroundings_c) > 1:
            spans.append(floor_to(self.now, HOUR) + HOUR - self.now)
        return min(spans)

    def _until(self, mark_c: float) -> timedelta:
        """How long to a temperature, NEVER where it is not on the way."""
        heading = self._heading_c
        gone, left = self.temperature_c - heading, mark_c - heading
        if abs(self.temperature_c - mark_c) < HAIR_C or gone * left <= 0 or abs(gone) <= abs(left):
            return NEVER
        return min(NEVER, self.body.tau * math.log(gone / left) + SMALLEST)

    def _pass(self, span: timedelta) -> None:
        heading, before = self._heading_c, self.temperature_c
        self.temperature_c = heading + (before - heading) * math.exp(-(span / self.body.tau))
        self._note(span, heading, before)
        self.lowest_c = min(self.lowest_c, self.temperature_c)
        self.highest_c = max(self.highest_c, self.temperature_c)

    def _note(self, span: timedelta, heading: float, before: float) -> None:
        """Count time and degree hours outside the range; a stretch lies inside or outside as a whole."""
        middle = (before + self.temperature_c) / 2
        bound = min(max(middle, self.body.low_c), self.body.high_c)
        if abs(middle - bound) > HAIR_C:
            self.outside += span
            area = (heading - bound) * (span / HOUR) + (before - self.temperature_c) * (self.body.tau / HOUR)
            self.outside_kh += abs(area)

    def _react(self) -> None:
        """Let the thermostat click."""
        sign = math.copysign(1.0, self.body.rate_c_per_h)
        if sign * self.temperature_c >= sign * self.thermostat.stops_at_c - HAIR_C:
            self._calls = False
        elif sign * self.temperature_c <= sign * self.thermostat.starts_at_c + HAIR_C:
            self._calls = True
        self._watch_rest()

    def _watch_rest(self) -> None:
        """Notice starts and stops of the machine."""
        if self._ran and not self.running:
            self._stopped_at = self.now
        if self.running and not self._ran and self._stopped_at is not None:
            self.short_rests += self.now - self._stopped_at < self.body.rest
        self._ran = self.running


class Freezer(Thermal):
    """A freezer: its range is that of food safety."""


class Tank(Thermal):
    """Hot water, or a room that warmth is stored in: its range is that of use."""


class Hvac(Thermal):
    """A heater or cooler of a room: its range is that of comfort."""
