"""Peak terms: the highest mean imports of a billing period have a price per kW, or a step of a ladder."""

from collections.abc import Sequence
from itertools import pairwise

from drrouter.domain.tariff_terms import EDGE_KW, PeakStep
from drrouter.planner.constraints import Import
from drrouter.planner.pulp_door import Door, Label, Sense, Var
from drrouter.planner.terms import PeakTask


def add_peaks(door: Door, peaks: Sequence[PeakTask], meter: Import) -> None:
    """Add every peak term, as a price of what the plan lifts beyond what the meter has counted.

        mean[p] = before[p] + sum(share[p][k] * import[k])        for each period p of averaging
        billed >= mean[p]        billed >= counted, minimum        (one highest value)
        N * billed >= N * level + sum(over[d])        over[d] >= mean[p] - level        (mean of N highest)
        billed <= edge[1] + sum((edge[s+1] - edge[s]) * up[s])        up[s+1] <= up[s]        up[s] in {0, 1}

    ``over`` stands for each span and each counted value: level plus excesses is least where the level is the
    N-th highest, and then it is the sum of the N highest. The last line stands for ladders; only steps that
    can still be reached have a variable.

    Source: VREG, capaciteitstarief (Flanders); NVE, fastledd (Norway); Ogryczak and Tamir 2003 (sum of the
    N largest as a linear programme).
    """
    for number, task in enumerate(peaks):
        most_kw = task.billed_kw(task.highest_kw(meter.most_kw))
        if task.fee(most_kw) > task.fee(task.sunk_kw):
            _add_peak(door, task, f"peak {number}", most_kw, meter)


def _add_peak(door: Door, task: PeakTask, owner: str, most_kw: float, meter: Import) -> None:
    price, sunk_kw = task.term.price_per_kw, task.sunk_kw
    billed = door.variable(Label(owner, "billed"), sunk_kw, price=price)
    door.add_constant(-price * sunk_kw)
    if task.term.highest == 1:
        for number in range(len(task.spans)):
            _add_means(door, task, owner, number, {billed: 1.0}, sunk_kw, meter)
    else:
        _add_highest(door, task, owner, billed, meter)
    _add_steps(door, task, owner, billed, most_kw)


def _add_means(
    door: Door,
    task: PeakTask,
    owner: str,
    number: int,
    above: dict[Var, float],
    known_kw: float,
    meter: Import,
) -> None:
    """What stands above every mean of a span; means that can never exceed what is known have no row."""
    for place, period in enumerate(task.spans[number]):
        if period.mean_kw(meter.most_kw) > known_kw:
            terms = {**above, **meter.terms(period.parts, -1.0)}
            door.row(Label(owner, f"mean_{number}", place), terms, Sense.AT_LEAST, period.before_kw)


def _add_highest(door: Door, task: PeakTask, owner: str, billed: Var, meter: Import) -> None:
    count = float(task.term.highest)
    level = door.variable(Label(owner, "level"))
    terms = {billed: count, level: -count}
    counted = sorted(task.term.counted_kw, reverse=True)[: task.term.highest]
    for number, least_kw in enumerate((*task.so_far_kw, *counted)):
        over = door.variable(Label(owner, "over", number))
        terms[over] = -1.0
        door.row(Label(owner, "least", number), {over: 1.0, level: 1.0}, Sense.AT_LEAST, least_kw)
        if number < len(task.spans):
            _add_means(door, task, owner, number, {over: 1.0, level: 1.0}, least_kw, meter)
    door.row(Label(owner, "highest"), terms, Sense.AT_LEAST, 0.0)


def _add_steps(door: Door, task: PeakTask, owner: str, billed: Var, most_kw: float) -> None:
    """The ladder above what is billed in any case."""
    price = task.step_price(task.sunk_kw)
    steps = [step for step in task.term.steps if step.price > price and step.above_kw > 0]
    steps = [step for step in steps if step.above_kw + EDGE_KW < most_kw]
    if not steps:
        return
    ceiling = max(steps[0].above_kw + EDGE_KW / 2, task.sunk_kw)
    terms, before = {billed: 1.0}, None
    for number, (step, width) in enumerate(zip(steps, _widths(steps, most_kw), strict=True)):
        up = door.variable(Label(owner, "up", number), binary=True, price=step.price - price)
        terms[up], price = -width, step.price
        if before is not None:
            door.row(Label(owner, "order", number), {up: 1.0, before: -1.0}, Sense.AT_MOST, 0.0)
        before = up
    door.row(Label(owner, "steps"), terms, Sense.AT_MOST, ceiling)


def _widths(steps: list[PeakStep], most_kw: float) -> list[float]:
    edges = [*(step.above_kw for step in steps), most_kw]
    return [upper - lower for lower, upper in pairwise(edges)]
