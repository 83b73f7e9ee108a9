"""Plans the home: a function from a frozen ``Problem`` to a ``Plan``.

``plan`` reads no clock, opens no file and draws nothing: equal problems give equal plans, and everything
that a home cannot guarantee is missed at its price and told. ``greedy`` is its lowest rung alone, ``verify``
checks any plan without knowing the solver, ``price_options`` and ``fits`` answer from a plan made before.
"""

from drrouter.planner.fallback import greedy
from drrouter.planner.grid import HORIZON, grid_slots, per_slot, varied_slots
from drrouter.planner.ladder import Planner, plan
from drrouter.planner.options import PricedStart, fits, price_options
from drrouter.planner.problem import DeviceInput, Effort, Margin, Prices, Problem
from drrouter.planner.recovery import recoveries_after
from drrouter.planner.verify import verify

__all__ = [
    "HORIZON",
    "DeviceInput",
    "Effort",
    "Margin",
    "Planner",
    "PricedStart",
    "Prices",
    "Problem",
    "fits",
    "greedy",
    "grid_slots",
    "per_slot",
    "plan",
    "price_options",
    "recoveries_after",
    "varied_slots",
    "verify",
]
