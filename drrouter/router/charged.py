"""Tells the planner what the tariff charges beside its prices: peaks, blocks of energy, and capacities."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from drrouter.domain.interval import Interval
from drrouter.planner import Problem
from drrouter.tariff import Terms
from drrouter.tariff.metering import Quarter

Charging = Callable[[Interval, Sequence[Quarter]], Terms]
"""What a tariff charges over a horizon, after what the meter has counted before."""


def no_terms(_span: Interval, _counted: Sequence[Quarter]) -> Terms:
    """A tariff of prices alone."""
    return Terms()


def charged(problem: Problem, charging: Charging, counted: Sequence[Quarter]) -> Problem:
    """The same problem with the tariff's terms.

    Args:
        problem: the home as it is now.
        charging: the tariff.
        counted: what the meter has counted in the billing period.
    """
    terms = charging(Interval(problem.now, problem.slots[-1].end), counted)
    return replace(problem, peak_terms=terms.peaks, tiers=terms.tiers, capacity_terms=terms.capacities)
