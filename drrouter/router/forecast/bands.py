"""Puts a band around an expectation: how wrong it would have been on the days that it has seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from drrouter.domain.interval import Interval
from drrouter.router.forecast.history import Expectation, Forecast, History

_DAY = timedelta(days=1)
_FEW = 5
"""With fewer errors than this of a slot and its neighbours, those of all slots count."""


@dataclass(frozen=True, slots=True)
class Banded:
    """An expectation with the quantiles of its own past errors.

    The same hours of each earlier day are forecast again from what was known by then, and held against what
    came. A slot shares the errors of the slots beside it.

    Attributes:
        low, high: the quantiles, so that eight of ten values lie in the band.
        days: how many days are forecast again.
    """

    inner: Expectation
    low: float = 0.1
    high: float = 0.9
    days: int = 14

    def forecast(self, history: History, slots: Sequence[Interval]) -> Forecast | None:
        """Mean and band; a history too short for errors gives a band of no width."""
        mean_w = self.inner.expect(history, slots)
        if mean_w is None:
            return None
        errors = self._errors(history, slots)
        every = [error for of_slot in errors for error in of_slot]
        bands = []
        for index, mean in enumerate(mean_w):
            near = [error for of_slot in errors[max(0, index - 1) : index + 2] for error in of_slot]
            bands.append(self._band(mean, near if len(near) >= _FEW else every))
        return Forecast(mean_w, tuple(bands))

    def _errors(self, history: History, slots: Sequence[Interval]) -> list[list[float]]:
        """What came less what would have been expected, slot by slot."""
        errors: list[list[float]] = [[] for _ in slots]
        for days in range(1, self.days + 1):
            back = days * _DAY
            known = history.until(history.end - back)
            shifted = [Interval(slot.start - back, slot.end - back) for slot in slots]
            expected = self.inner.expect(known, shifted) if known.values else None
            for index, value in enumerate(expected or ()):
                came = history.mean(shifted[index]) if shifted[index].end <= history.end else None
                if came is not None:
                    errors[index].append(came - value)
        return errors

    def _band(self, mean: float, errors: list[float]) -> tuple[float, float]:
        if not errors:
            return mean, mean
        ranked = sorted(errors)
        least, most = (ranked[round(share * (len(ranked) - 1))] for share in (self.low, self.high))
        return max(0.0, min(mean, mean + least)), max(mean, mean + most)
