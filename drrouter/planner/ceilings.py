"""Levels at which the greedy rung may hold the home's peak, so that it sees what a peak is worth.

Placed one after the other, no device alone is worth the price of a peak that all of them would share. So the
rung is run for a few ceilings below which import is taken to cost nothing more:

    nothing added  |---- 1/3 ----|---- 2/3 ----|  what peaks would be if they cost nothing

and the ledger, which knows the true price, says which of the plans is the cheapest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from drrouter.planner.tasks import Tasks
from drrouter.planner.terms import Terms

_SHARES = (1 / 3, 2 / 3)

_BEYOND_KW = 1e6


def blind(tasks: Tasks) -> Tasks:
    """The tasks where no peak costs anything."""
    return _with(tasks, tasks.tariffs.terms.assuming([_BEYOND_KW] * len(tasks.tariffs.terms.peaks)))


def ceilings(tasks: Tasks, grid_w: Sequence[float]) -> Iterator[Tasks]:
    """The tasks where peaks cost nothing below a ceiling; ``grid_w`` are the flows where none costs."""
    terms, import_kw = tasks.tariffs.terms, [max(0.0, watts) / 1000 for watts in grid_w]
    most = [task.billed_kw(task.highest_kw(import_kw)) for task in terms.peaks]
    for share in _SHARES:
        levels = [
            task.sunk_kw + share * (high - task.sunk_kw) for task, high in zip(terms.peaks, most, strict=True)
        ]
        yield _with(tasks, terms.assuming(levels))


def _with(tasks: Tasks, terms: Terms) -> Tasks:
    return replace(tasks, tariffs=replace(tasks.tariffs, terms=terms))
