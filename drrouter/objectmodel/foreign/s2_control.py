"""What S2's descriptions of modes share: ranges, timers, and transitions from mode to mode.

Source: S2 JSON schema 0.0.2-beta: NumberRange, PowerRange, Timer, Transition.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from pydantic import Field

from drrouter.domain.flexibility import Line
from drrouter.objectmodel.foreign.words import ELECTRIC, LINES, LONGEST_MS, THREE_LINES, Wire, id_of

Milliseconds = Annotated[int, Field(ge=0, le=LONGEST_MS)]
HOUR_S = 3600.0


class NumberRange(Wire):
    """From the factor 0 of a mode to its factor 1; not always upwards."""

    start_of_range: float
    end_of_range: float


class PowerRange(Wire):
    """Power from the factor 0 of a mode to its factor 1, in W."""

    start_of_range: float
    end_of_range: float
    commodity_quantity: str


class Timer(Wire):
    """Runs for so long after it was started."""

    id: str
    diagnostic_label: str | None = None
    duration: Milliseconds


class Transition(Wire):
    """A change from one mode to another; it starts timers, and those that run block it."""

    id: str
    from_: str = Field(alias="from")
    to: str
    start_timers: tuple[str, ...]
    blocking_timers: tuple[str, ...]
    abnormal_condition_only: bool


class Controlled(Wire):
    """Modes with their transitions and timers, as actuators and whole systems have them."""

    transitions: Annotated[tuple[Transition, ...], Field(max_length=1000)]
    timers: Annotated[tuple[Timer, ...], Field(max_length=1000)]

    def longest_block_s(self, leaves: Callable[[str], bool]) -> float:
        """The longest timer that is started on the way into such modes and blocks the way out, in seconds.

        Args:
            leaves: tells the modes by their id.
        """
        inward = {timer for way in self.transitions if leaves(way.to) for timer in way.start_timers}
        outward = {timer for way in self.transitions if leaves(way.from_) for timer in way.blocking_timers}
        lasting = [timer.duration / 1000 for timer in self.timers if timer.id in inward & outward]
        return max(lasting, default=0.0)


def quantity_of(lines: int, line: Line) -> str:
    """S2's name of what feeds a device of one line or three."""
    return THREE_LINES if lines == 3 else LINES[line]


def powers(low_w: float, high_w: float, quantity: str) -> tuple[PowerRange, ...]:
    """A range of power on what feeds the device."""
    return (PowerRange(start_of_range=low_w, end_of_range=high_w, commodity_quantity=quantity),)


def watts(ranges: Sequence[PowerRange]) -> tuple[float, float]:
    """What all lines carry together at the factors 0 and 1."""
    electric = [power for power in ranges if power.commodity_quantity in ELECTRIC]
    return (
        sum(power.start_of_range for power in electric),
        sum(power.end_of_range for power in electric),
    )


def lines_of(ranges: Sequence[PowerRange]) -> int:
    """Over how many lines it spreads: 1 or 3."""
    named = {power.commodity_quantity for power in ranges} & set(ELECTRIC)
    return 3 if THREE_LINES in named or len(named) > 1 else 1


def timer(model_id: str, key: str, duration_s: float) -> tuple[Timer, ...]:
    """A timer, none where it would run for no time."""
    duration = round(duration_s * 1000)
    return (
        (Timer(id=id_of(model_id, "timer", key), diagnostic_label=key, duration=duration),)
        if duration
        else ()
    )


def ways(
    model_id: str,
    modes: Sequence[str],
    timers_of: Callable[[str, str], tuple[Sequence[Timer], Sequence[Timer]]],
) -> tuple[Transition, ...]:
    """Every change from one mode to another.

    Args:
        model_id: all identifiers follow from it.
        modes: identifiers of the modes.
        timers_of: those that a change from the first to the second starts, and those that block it.
    """
    made = []
    for origin in modes:
        for goal in modes:
            if goal != origin:
                started, blocking = timers_of(origin, goal)
                made.append(
                    Transition(
                        id=id_of(model_id, origin, goal),
                        from_=origin,
                        to=goal,
                        start_timers=tuple(one.id for one in started),
                        blocking_timers=tuple(one.id for one in blocking),
                        abnormal_condition_only=False,
                    )
                )
    return tuple(made)


def cost_range(per_h: float) -> NumberRange | None:
    """A cost of so much an hour as S2 has it, a second; None where it costs nothing."""
    per_s = per_h / HOUR_S
    return NumberRange(start_of_range=per_s, end_of_range=per_s) if per_h else None


def cost_per_h(costs: NumberRange | None) -> float:
    """The middle of a range of costs, an hour; 0 where there are none."""
    return (costs.start_of_range + costs.end_of_range) / 2 * HOUR_S if costs else 0.0


Message = dict[str, Any]
