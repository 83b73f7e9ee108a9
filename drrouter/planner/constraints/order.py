"""Rows that keep events in order: what begins follows what ends, at least and at most so long after it."""

from datetime import datetime, timedelta

from drrouter.planner.pulp_door import Door, Label, Sense, Var

Events = tuple[tuple[datetime, Var], ...]
"""Variables, each with the instant of what happens by it."""


def add_least(door: Door, owner: str, what: str, gap: timedelta, ends: Events, begins: Events) -> None:
    """What has begun by t has its forerunner ended by t - gap, for every t at which something may begin."""
    instants = sorted({begin for begin, _ in begins})
    for index, instant in enumerate(instants):
        ended = [var for end, var in ends if end + gap <= instant]
        later = instants[index + 1] if index + 1 < len(instants) else None
        if later is not None and len(ended) == sum(end + gap <= later for end, _ in ends):
            continue  # the row of the later instant says more
        begun = [var for begin, var in begins if begin <= instant]
        _add_row(door, Label(owner, f"{what} least", index), begun, ended)


def add_most(door: Door, owner: str, what: str, gap: timedelta, ends: Events, begins: Events) -> None:
    """What begins at t or later has its forerunner ended at t - gap or later."""
    instants, said = sorted({begin for begin, _ in begins}), -1
    for index, instant in enumerate(instants):
        ended = [var for end, var in ends if end + gap >= instant]
        if len(ended) != said:  # else the row of the earlier instant says more
            begun = [var for begin, var in begins if begin >= instant]
            _add_row(door, Label(owner, f"{what} most", index), begun, ended)
        said = len(ended)


def _add_row(door: Door, label: Label, begun: list[Var], ended: list[Var]) -> None:
    terms = dict.fromkeys(begun, 1.0)
    for var in ended:
        terms[var] = terms.get(var, 0.0) - 1.0
    door.row(label, terms, Sense.AT_MOST, 0.0)
