"""What an event leaves behind: power above what the home would have drawn without it."""

from collections.abc import Iterator

from drrouter.domain.plan import MissKind
from drrouter.planner.catalogue import reason
from drrouter.planner.priced import NOTHING_KWH, Priced, miss
from drrouter.planner.problem import Problem
from drrouter.planner.site import Site


def rebound_misses(problem: Problem, site: Site) -> Iterator[Priced]:
    """The rebound of the whole recovery as one miss, with its worst slot."""
    over_w = {k: max(0.0, site.grid_w[k] - peak_w) for k, peak_w in site.events.calm_w.items()}
    energy = sum(problem.slots[k].hours * watts / 1000 for k, watts in over_w.items())
    if energy > NOTHING_KWH:
        worst = max(over_w, key=lambda k: over_w[k])
        cause = reason(
            "rebound.above",
            over_w=over_w[worst],
            peak_w=site.events.calm_w[worst],
            at=problem.slots[worst].start,
        )
        missed = miss(problem, MissKind.REBOUND, None, energy, "kWh", cause)
        yield missed, energy * problem.prices.recovery_per_kwh
