"""The usual day of base load and of sun: learned where it was measured, from the home file before."""

from collections.abc import Sequence
from dataclasses import dataclass

from drrouter.domain.interval import Interval
from drrouter.router.forecast.base_load import BaseLoad
from drrouter.router.forecast.by_weekday import ByWeekday
from drrouter.router.forecast.clear_sky import ClearSky, Place
from drrouter.router.forecast.history import Expectation, History
from drrouter.router.forecast.persistence import Persistence
from drrouter.router.forecast.remembered import Remembered

THROUGH = 0.5
"""Interpretation: what a roof gives over a year, as a share of its peak power times the light of a clear sky
on level ground: clouds take about a third, the inverter, heat and its lie the rest."""


@dataclass(frozen=True, slots=True)
class LearnedLoad:
    """Base load by earlier days at the same hour; the home file's where no such day was measured."""

    stated: BaseLoad

    def expect(self, history: History, slots: Sequence[Interval]) -> tuple[float, ...]:
        """The mean power of each slot, in W."""
        learned = ByWeekday(self.stated.zone)
        known = [learned.expect(history, [slot]) for slot in slots]
        return tuple(
            one[0] if one else self.stated.mean(slot) for one, slot in zip(known, slots, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Roof:
    """A roof that nothing is known of but its size and its place.

    Attributes:
        peak_w: what it gives at its best, in W.
        place: where it is; without it nothing is expected before it was measured.
    """

    peak_w: float
    place: Place | None = None

    def expect(self, history: History, slots: Sequence[Interval]) -> tuple[float, ...]:
        """An average sky over the roof: the mean power of each slot, in W and positive."""
        del history
        place = self.place
        if place is None:
            return (0.0,) * len(slots)
        middles = [slot.start + slot.duration / 2 for slot in slots]
        return tuple(self.peak_w * THROUGH * place.clear(middle) for middle in middles)


def sun_of(place: Place | None) -> Remembered:
    """The sun as the meter has seen it, for ``expected_sun``."""
    return Remembered(ClearSky(place))


def load_of(stated: BaseLoad) -> Remembered:
    """The usual base load, for ``expected_load``."""
    return Remembered(LearnedLoad(stated))


def expected_sun(
    roof: Roof, history: History | None, slots: Sequence[Interval], seen: Expectation | None = None
) -> tuple[float, ...]:
    """What the roof will give, in W and positive, never more than its peak.

    From its second measured day on the meter tells how the roof lies and how clear the sky is (``seen``);
    before, an average sky is expected, moved by what was measured last.
    """
    if history is None:
        expected: Sequence[float] | None = roof.expect(History(slots[0].start, slots[0].duration, ()), slots)
    else:
        expected = (seen or ClearSky(roof.place)).expect(history, slots)
        expected = expected or Persistence(roof).expect(history, slots)
    return tuple(min(max(value, 0.0), roof.peak_w) for value in expected or ())


def expected_load(
    stated: BaseLoad, history: History | None, slots: Sequence[Interval], usual: Expectation | None = None
) -> tuple[float, ...]:
    """What the home will draw beside its devices, in W: as on such days, moved by what was measured last."""
    if history is None:
        return tuple(stated.mean(slot) for slot in slots)
    return Persistence(usual or LearnedLoad(stated)).expect(history, slots) or ()
