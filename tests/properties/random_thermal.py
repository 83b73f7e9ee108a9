"""What surrounds the storages of random homes: weather, draw-offs, comfort, events and a past."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.interval import Interval
from drrouter.domain.wish import ComfortBand, Setpoint
from drrouter.planner import DeviceInput
from tests.unit.planner.homes import NOW

MINUTES = st.integers(-90, 1500)


@st.composite
def surrounded(draw: st.DrawFn, device: DeviceInput, slots: tuple[Interval, ...]) -> DeviceInput:
    """A storage in its surroundings; every other device, and half the storages, as they are."""
    flexibility = device.flexibility
    if not isinstance(flexibility, StorageFlexibility) or draw(st.booleans()):
        return device
    low, high = flexibility.level_min, flexibility.level_max
    levels = st.floats(low - 5, high + 5)
    losing = replace(
        flexibility,
        loss_per_h=draw(st.sampled_from([0.0, 0.01, 0.2, 3.0, 200.0])),
        ambient=draw(st.floats(low - 20, high + 20)),
    )
    return replace(
        device,
        flexibility=losing,
        ambient=_series(draw, slots, levels),
        gain=_series(draw, slots, st.floats(0.3, 4)),
        taken=_series(draw, slots, st.sampled_from([0.0, 0.0, 0.0, (high - low) / 2])),
        comfort=tuple(draw(st.lists(_bands(levels), max_size=2))),
        setpoints=tuple(draw(st.lists(st.builds(Setpoint, _spans(), levels), max_size=1))),
        on_since=draw(st.none() | _instants()),
        off_since=draw(st.none() | _instants()),
    )


def _series(
    draw: st.DrawFn, slots: tuple[Interval, ...], values: st.SearchStrategy[float]
) -> tuple[float, ...]:
    seeds = draw(st.lists(values, max_size=3))
    return tuple(seeds[index // 3 % len(seeds)] for index in range(len(slots))) if seeds else ()


@st.composite
def _spans(draw: st.DrawFn) -> Interval:
    start = NOW + timedelta(minutes=draw(MINUTES))
    return Interval(start, start + timedelta(minutes=draw(st.integers(1, 900))))


@st.composite
def _bands(draw: st.DrawFn, levels: st.SearchStrategy[float]) -> ComfortBand:
    low, high = sorted((draw(levels), draw(levels)))
    return ComfortBand(
        draw(_spans()), draw(st.sampled_from([low, None])), draw(st.sampled_from([high, None]))
    )


def _instants() -> st.SearchStrategy:
    return st.integers(-60, 70).map(lambda minutes: NOW + timedelta(minutes=minutes))
