"""Expects of the roof what a clear sky would give there, scaled by what the meter has seen of it lately.

How high the sun stands is geometry. How the roof lies and what shades it is not asked: the clearest of the
last days, at the same time of day, tell it. How clear the sky is now fades into how clear it was of late.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, exp, pi, radians, sin

from drrouter.domain.interval import Interval
from drrouter.router.forecast.history import History

_DAY = timedelta(days=1)
_DARK = 0.02
"""Where a clear sky would give less than this share of its best, the meter says nothing of clouds."""

_LOW_SUN = 0.03
"""Below this sine of the sun's elevation, ratios to the clear sky are noise."""

_CLEAREST = 0.9
"""Of the last days at one time of day, so many are less clear than the one that tells the roof."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the roof is, in degrees, north and east positive."""

    latitude: float
    longitude: float

    def sun(self, instant: datetime) -> float:
        """The sine of the sun's elevation, negative at night.

        Source: Spencer (1971), Fourier series for declination and equation of time; good to half a degree.
        """
        day = instant.timetuple().tm_yday - 1
        hour = instant.hour + instant.minute / 60 + instant.second / 3600
        year = 2 * pi * (day + (hour - 12) / 24) / 365
        declination = 0.006918 - 0.399912 * cos(year) + 0.070257 * sin(year)
        declination += -0.006758 * cos(2 * year) + 0.000907 * sin(2 * year)
        minutes = 0.000075 + 0.001868 * cos(year) - 0.032077 * sin(year)
        minutes += -0.014615 * cos(2 * year) - 0.040849 * sin(2 * year)
        solar_hour = hour + self.longitude / 15 + minutes * 229.18 / 60
        angle, latitude = radians(15 * (solar_hour - 12)), radians(self.latitude)
        return sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(angle)

    def elevation(self, instant: datetime) -> float:
        """The sun's elevation, in degrees."""
        return asin(max(-1.0, min(1.0, self.sun(instant)))) * 180 / pi

    def clear(self, instant: datetime) -> float:
        """The light of a clear sky on level ground, as a share of a kilowatt per square metre.

        Source: Haurwitz (1945).
        """
        height = self.sun(instant)
        return 1.098 * height * exp(-0.057 / height) if height > _LOW_SUN else 0.0


@dataclass(frozen=True, slots=True)
class ClearSky:
    """The roof's clear day, and how much of it comes through.

    Attributes:
        place: where the roof is; without it the clearest of the last days alone are the clear day.
        days: how many days tell the roof.
        half_life: how long the clouds of now stay.
        recent: over how long "now" is measured.
    """

    place: Place | None = None
    days: int = 14
    half_life: timedelta = timedelta(hours=3)
    recent: timedelta = timedelta(hours=2)

    def expect(self, history: History, slots: Sequence[Interval]) -> tuple[float, ...] | None:
        """The mean power of each slot; None before a whole day was measured."""
        if history.end - history.first < _DAY:
            return None
        clear = [self._clear_w(history, slot) for slot in slots]
        steps = [
            Interval(history.end - n * history.step, history.end - (n - 1) * history.step)
            for n in range(1, int(self.days * _DAY / history.step) + 1)
        ]
        steps = [step for step in steps if step.start >= history.first]
        lately = int(max(self.recent, history.step) / history.step)
        roof = {step: self._clear_w(history, step) for step in steps[: _DAY // history.step]}
        usual = self._clearness(history, roof, list(roof)) or 0.0
        now = self._clearness(history, roof, steps[:lately])
        gap = 0.0 if now is None else now - usual
        return tuple(
            max(0.0, watts * (usual + gap * self._left(slot, history)))
            for watts, slot in zip(clear, slots, strict=True)
        )

    def _clear_w(self, history: History, slot: Interval) -> float:
        """What the roof gives in the slot under a clear sky, in W."""
        light = self._light(slot)
        if light <= 0:
            return 0.0
        ratios = []
        for days in range(1, self.days + 1):
            before = Interval(slot.start - days * _DAY, slot.end - days * _DAY)
            if before.end > history.end:
                continue
            if before.start < history.first:
                break
            value, then = history.mean(before), self._light(before)
            if value is not None and then > 0:
                ratios.append(value / then)
        ratios.sort()
        return light * ratios[int(_CLEAREST * (len(ratios) - 1) + 0.5)] if ratios else 0.0

    def _light(self, slot: Interval) -> float:
        return 1.0 if self.place is None else self.place.clear(slot.start + slot.duration / 2)

    def _clearness(
        self, history: History, roof: dict[Interval, float], steps: list[Interval]
    ) -> float | None:
        """What came through of the clear sky in these steps; None in the dark."""
        best = max(roof.values(), default=0.0)
        given = clear = 0.0
        for step in steps:
            watts, value = roof.get(step, 0.0), history.mean(step)
            if value is not None and watts > _DARK * best:
                given, clear = given + value, clear + watts
        return min(1.5, given / clear) if clear > 0 else None

    def _left(self, slot: Interval, history: History) -> float:
        since = slot.start + slot.duration / 2 - history.end
        return float(0.5 ** (max(since, timedelta(0)) / self.half_life))
