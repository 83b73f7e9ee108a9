"""Precedences: the cycle of one machine follows that of another, within a gap."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from drrouter.domain.ids import DeviceId
from drrouter.domain.wish import Precedence
from drrouter.planner.constraints.cycle import CycleVars
from drrouter.planner.constraints.order import add_least, add_most
from drrouter.planner.misses import left_price
from drrouter.planner.problem import Prices
from drrouter.planner.pulp_door import Door, Label, Sense
from drrouter.planner.relations import closes


def add_precedences(
    door: Door,
    links: Sequence[Precedence],
    prices: Prices,
    horizon_end: datetime,
    cycles: Mapping[DeviceId, CycleVars],
) -> None:
    """Add every precedence between two cycles that are both still to be placed.

        sum(start of after at t or earlier) <= sum(end of before at t - min_gap or earlier)
        sum(start of after at t or later) <= sum(end of before at t - max_gap or later)
        left >= none of after - none of before - sum(end of before at horizon - max_gap or later)

    for each instant t at which ``after`` may start: cumulated, so that one row holds for all starts up to
    t. What follows is placed only where what it follows is placed; those that contradict each other are all
    missed, at their price. ``left`` costs the missed cycle: who may wait until after the horizon may not,
    where it would follow too late. Cycles that run or are committed bind by the starts that they leave.

    Source: S2 PPBC (order of power sequences); our wish "dryer after washer".
    """
    for number, link in enumerate(links):
        before, after = cycles.get(link.before), cycles.get(link.after)
        if before is not None and after is not None:
            owner = f"{link.after} after {link.before} {number}"
            add_least(door, owner, "start", link.min_gap, before.ends, after.begins)
            if link.max_gap is not None:
                add_most(door, owner, "start", link.max_gap, before.ends, after.begins)
                if after.task.can_wait:
                    _add_left(door, prices, horizon_end, owner, link, before, after)


def _add_left(
    door: Door,
    prices: Prices,
    horizon_end: datetime,
    owner: str,
    link: Precedence,
    before: CycleVars,
    after: CycleVars,
) -> None:
    left = door.variable(Label(owner, "left"), 0.0, 1.0, price=left_price(prices, after.task))
    terms = {after.none: 1.0, before.none: -1.0, left: -1.0}
    for end, var in before.ends:
        if not closes(link, end, horizon_end):
            terms[var] = terms.get(var, 0.0) - 1.0
    door.row(Label(owner, "leaving"), terms, Sense.AT_MOST, 0.0)
