"""The whole problem as numbers: what is fixed, what is to be placed, and what energy costs.

Made once from a Problem and read by the model, by the greedy rung and by whoever prices a plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from drrouter.domain.flexibility import Programme, StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import ScheduledCycle
from drrouter.planner.cycle_task import CycleTask, Profile, cycle_task, fixed_cycles
from drrouter.planner.demand_task import DemandTask, demand_task
from drrouter.planner.problem import Problem
from drrouter.planner.storage_task import StorageTask, storage_task


@dataclass(frozen=True, slots=True)
class Tariffs:
    """What a kWh costs in each slot, in the plan's currency.

    Attributes:
        hours: the length of each slot.
        buy: import price and the price of its CO2.
        sell: what export earns.
        mean_buy: over the horizon, weighted by time; the price of what lies behind it.
    """

    hours: tuple[float, ...]
    buy: tuple[float, ...]
    sell: tuple[float, ...]
    mean_buy: float

    def slot_cost(self, index: int, grid_w: float) -> float:
        """The cost of one slot; negative where export earns."""
        price = self.buy[index] if grid_w > 0 else self.sell[index]
        return self.hours[index] * grid_w / 1000 * price


def tariffs_of(problem: Problem) -> Tariffs:
    """The prices of a problem, CO2 included."""
    hours = tuple(slot.hours for slot in problem.slots)
    co2 = problem.co2_g_per_kwh or (0.0,) * len(hours)
    buy = tuple(
        price + grams / 1000 * problem.co2_price_per_kg
        for price, grams in zip(problem.import_price, co2, strict=True)
    )
    mean = sum(length * price for length, price in zip(hours, buy, strict=True)) / sum(hours)
    return Tariffs(hours, buy, problem.export_price, mean)


@dataclass(frozen=True, slots=True)
class Tasks:
    """A problem as numbers.

    Attributes:
        base_w: base load less PV plus what storages draw while idle, per slot.
        fixed_w: running cycles and commitments, per device and slot.
        fixed: the same as cycles.
    """

    tariffs: Tariffs
    base_w: tuple[float, ...]
    fixed_w: dict[DeviceId, tuple[float, ...]]
    fixed: tuple[ScheduledCycle, ...]
    cycles: tuple[CycleTask, ...]
    storages: tuple[StorageTask, ...]
    demands: tuple[DemandTask, ...]

    @property
    def modulating(self) -> tuple[StorageTask | DemandTask, ...]:
        """All that has a power of its own in each slot."""
        return (*self.storages, *self.demands)

    @property
    def count(self) -> int:
        """How many slots there are."""
        return len(self.base_w)

    def loads(self) -> Iterator[tuple[DeviceId, tuple[float, ...]]]:
        """What is unshiftable per device: fixed cycles, and the floors of storages and demands, in W."""
        yield from self.fixed_w.items()
        for task in self.modulating:
            yield task.device.id, tuple(1000 * floor for floor in task.kept_kw)


def tasks_of(problem: Problem) -> Tasks:
    """Read the problem.

    Interpretation: what a storage draws while idle is counted in every slot, running or not: a few watts,
    and on the safe side of every limit.
    """
    tariffs = tariffs_of(problem)
    end_value = max(0.0, tariffs.mean_buy)
    fixed = [(device, fixed_cycles(problem, device)) for device in problem.devices]
    return Tasks(
        tariffs=tariffs,
        base_w=_base(problem),
        fixed_w={
            device.id: _fixed_power(problem, [(cycle.start, programme) for cycle, programme in cycles])
            for device, cycles in fixed
            if cycles
        },
        fixed=tuple(cycle for _, cycles in fixed for cycle, _ in cycles),
        cycles=tuple(filter(None, (cycle_task(problem, device) for device in problem.devices))),
        storages=tuple(
            filter(None, (storage_task(problem, device, end_value) for device in problem.devices))
        ),
        demands=tuple(filter(None, (demand_task(problem, device) for device in problem.devices))),
    )


def _base(problem: Problem) -> tuple[float, ...]:
    pv_w = problem.pv_w or (0.0,) * len(problem.slots)
    idle_w = sum(
        device.flexibility.idle_power_w
        for device in problem.devices
        if isinstance(device.flexibility, StorageFlexibility)
    )
    return tuple(load - sun + idle_w for load, sun in zip(problem.base_load_w, pv_w, strict=True))


def _fixed_power(problem: Problem, cycles: list[tuple[datetime, Programme]]) -> tuple[float, ...]:
    count = len(problem.slots)
    placed = [
        Profile(programme).place(start, problem.slots, start + programme.duration).over(count)
        for start, programme in cycles
    ]
    return tuple(map(sum, zip(*placed, strict=True)))
