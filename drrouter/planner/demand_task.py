"""What each load that comes as it comes expects, and how far it may be curtailed."""

from dataclasses import dataclass

from drrouter.domain.flexibility import DemandFlexibility
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.windows import demand_windows


@dataclass(frozen=True, slots=True)
class DemandTask:
    """One demand; every tuple has one entry per slot, powers in kW.

    Attributes:
        expected_kw: what it would draw if nobody interfered.
        breaks: stretches of slots (first, behind the last), each just longer than it may be held off, and
            the energy in kWh that it must have had in each.
    """

    device: DeviceInput
    flexibility: DemandFlexibility
    expected_kw: float
    floor_kw: tuple[float, ...]
    max_kw: tuple[float, ...]
    breaks: tuple[tuple[int, int, float], ...]

    @property
    def kept_kw(self) -> tuple[float, ...]:
        """Its floor: a demand never has enough of itself."""
        return self.floor_kw


def demand_task(problem: Problem, device: DeviceInput) -> DemandTask | None:
    """The demand in numbers, None for another kind of device."""
    flexibility = device.flexibility
    if not isinstance(flexibility, DemandFlexibility):
        return None
    windows = demand_windows(device, flexibility.power_w, flexibility.max_power_w, problem.slots)
    max_kw = tuple(window.max_w / 1000 for window in windows)
    return DemandTask(
        device=device,
        flexibility=flexibility,
        expected_kw=flexibility.power_w / 1000,
        floor_kw=tuple(window.floor_w / 1000 for window in windows),
        max_kw=max_kw,
        breaks=_breaks(problem, flexibility, max_kw),
    )


def _breaks(
    problem: Problem, flexibility: DemandFlexibility, max_kw: tuple[float, ...]
) -> tuple[tuple[int, int, float], ...]:
    """Stretches just longer than ``max_off``; in each, one slot's worth of what is allowed there."""
    found: list[tuple[int, int, float]] = []
    for first, slot in enumerate(problem.slots):
        behind = next(
            (k for k, other in enumerate(problem.slots) if other.start > slot.start + flexibility.max_off),
            None,
        )
        if behind is None:
            break
        energies = [max_kw[k] * problem.slots[k].hours for k in range(first, behind)]
        found.append((first, behind, max(energies, default=0.0)))
    return tuple(found)
