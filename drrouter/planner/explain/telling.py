"""Puts together what is told of one device: sentences, numbers, what binds and what would change it."""

from dataclasses import dataclass

from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import Explanation, Reason
from drrouter.planner.catalogue import say, say_all
from drrouter.planner.problem import Problem


@dataclass(frozen=True, slots=True)
class Costs:
    """What the device adds to the bill, in the plan's currency; None where that is not known.

    Attributes:
        now: if it started, or charged at full power, now.
        planned: as planned.
        best: the cheapest anywhere in the horizon if nothing but physics bound it.
    """

    now: float | None = None
    planned: float | None = None
    best: float | None = None


@dataclass(frozen=True, slots=True)
class Bind:
    """What keeps the device from being cheaper, what would change that, and what it would save."""

    binding: Reason | None = None
    change: Reason | None = None
    saving: float | None = None


UNBOUND = Bind()
COSTS_UNKNOWN = Costs()


def tell(
    problem: Problem,
    device_id: DeviceId,
    *sentences: Reason | None,
    costs: Costs = COSTS_UNKNOWN,
    bind: Bind = UNBOUND,
) -> Explanation:
    """The explanation in words and as codes; sentences that are None are left out."""
    said = tuple(sentence for sentence in sentences if sentence is not None)
    return Explanation(
        device_id=device_id,
        text=say_all(problem, said),
        cost_now=costs.now,
        cost_planned=costs.planned,
        binding=say(problem, bind.binding),
        would_change=say(problem, bind.change),
        cost_best=costs.best,
        saving_if_changed=bind.saving,
        reasons=said,
        binding_reason=bind.binding,
        would_change_reason=bind.change,
    )
