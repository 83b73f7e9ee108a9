"""What flows on each line (L1, L2, L3) before any device draws: base load and idle power less sun."""

from collections.abc import Sequence

from drrouter.domain.flexibility import Line, StorageFlexibility
from drrouter.planner.problem import Problem


def line_base_w(problem: Problem, line: Line) -> tuple[float, ...]:
    """Base load and idle power less generation on the line, per slot, in W."""
    load, sun = _share(problem.base_line_shares, line), _share(problem.pv_line_shares, line)
    idle_w = sum(
        device.share_on(line) * device.flexibility.idle_power_w
        for device in problem.devices
        if isinstance(device.flexibility, StorageFlexibility)
    )
    pv_w = problem.pv_w or (0.0,) * len(problem.slots)
    return tuple(
        load * base_w + idle_w - sun * sun_w for base_w, sun_w in zip(problem.base_load_w, pv_w, strict=True)
    )


def _share(shares: Sequence[float], line: Line) -> float:
    if not shares:
        return float(line is Line.L1)
    return shares[list(Line).index(line)]
