"""Gives way by hand: the previous plan, changed only where an order, a cap or a forecast forbids it.

    previous plan:   washer |####|       car  ####____####        freezer, tank, battery ...
    new limit                 xxxxxx
    who gives way:   washer |####|       car  __________######    as they were

Everything is laid into the home in the order of precedence: what is unshiftable, what keeps safe bounds,
whole cycles, demands, and what may as well wait. What still fits stays as it was. What does not draws what is
left there, and buys back elsewhere what it lost, at the cheapest (``filling``, ``trading``). So the plan
stays as good as it was in all that the order does not touch, in a fraction of any solver's work.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from drrouter.domain.ids import DeviceId
from drrouter.planner.curtailing import held_back
from drrouter.planner.demand_task import DemandTask
from drrouter.planner.fallback import Placing
from drrouter.planner.filling import Rank, fill
from drrouter.planner.modes_task import ModesTask, Shares
from drrouter.planner.problem import Problem
from drrouter.planner.schedule import Schedule
from drrouter.planner.storage_task import CRUMB_KW, SLACK_KWH, StorageTask
from drrouter.planner.tasks import Tasks

Powers = Mapping[DeviceId, tuple[float, ...]]
"""Mean power per device and slot, in W."""

Modes = Mapping[DeviceId, Shares]
"""How much of each slot a device with modes runs in each of them."""

_NO_MODES: Modes = MappingProxyType({})

_CRUMB = 1e-9
"""Less strain than this is the arithmetic's."""


def given_way(problem: Problem, tasks: Tasks, before: Powers, modes: Modes = _NO_MODES) -> Schedule | None:
    """The previous plan's powers, modes and cycles, changed where they no longer fit.

    Args:
        problem: the home as it is now.
        tasks: the same as numbers.
        before: what the previous plan gives each device in the slots of now.
        modes: in which modes it has those that have modes.

    Returns:
        None where the previous plan does not know a device, and for cars with trips, whose lower bound moves
        with what they have. Whether the schedule keeps every rule is for ``verify`` to say.
    """
    known = all(task.device.id in before for task in tasks.modulating)
    if not known or any(task.trips for task in tasks.storages):
        return None
    return _GivingWay(problem, tasks, before, modes).run(1)


def planned_before(problem: Problem, tasks: Tasks, before: Powers, modes: Modes = _NO_MODES) -> Schedule:
    """The previous plan as it was, whatever forbids it now, with the cycles that can still stand there."""
    starts = {task.device.id: task.planned for task in tasks.cycles}
    known = {task.device.id: before[task.device.id] for task in tasks.modulating if task.device.id in before}
    moded = {task.device.id: modes_before(task, modes) or task.as_usual for task in tasks.modes}
    known |= {task.device.id: task.power_w(moded[task.device.id]) for task in tasks.modes}
    return held_back(problem, tasks, Schedule(starts, known, moded))


def stays_as_planned(tasks: Tasks, schedule: Schedule, before: Powers, modes: Modes = _NO_MODES) -> bool:
    """Whether nothing had to give way."""
    cycles = all(schedule.starts[task.device.id] == task.planned for task in tasks.cycles)
    moded = all(schedule.modes[task.device.id] == modes_before(task, modes) for task in tasks.modes)
    return (cycles and moded) and all(
        schedule.power_w[task.device.id] == before[task.device.id] for task in tasks.modulating
    )


def modes_before(task: ModesTask, modes: Modes) -> Shares:
    """The modes that it had, where all are allowed and ask no more of it than its usual ones; else none."""
    planned = task.as_before(modes.get(task.device.id, ()))
    asks_more = planned and task.strain(planned) > task.strain(task.as_usual) + _CRUMB
    return () if asks_more else planned


class _GivingWay(Placing):
    """The home while everything is laid into it as it was."""

    def __init__(self, problem: Problem, tasks: Tasks, before: Powers, modes: Modes) -> None:
        super().__init__(problem, tasks, held=True)
        self.before, self.modes_before = before, modes
        self.storages = sorted(tasks.storages, key=lambda task: task.giving is not None)
        self.stays: set[DeviceId] = set()

    def _rest(self) -> None:
        """What batteries give makes room for others; what they take is laid in with those that may wait."""
        for task in self.tasks.storages:
            if task.giving is not None:
                given = [min(0.0, watts) for watts in self.before[task.device.id]]
                self._replace(task, tuple(given))

    def _filled(self, task: StorageTask, rank: Rank) -> tuple[float, ...]:
        """As it was where that fits; else what is left of it, and what it buys back."""
        planned_w = self.before[task.device.id]
        planned_kw = [watts / 1000 for watts in planned_w]
        left_kw = self._kept_within(task, [self._left(task, k, kw) for k, kw in enumerate(planned_kw)])
        if left_kw == planned_kw and not _lacks(task, planned_kw):
            self.stays.add(task.device.id)
            return planned_w
        return fill(self.problem, self.site, task, rank, left_kw)

    def _traded(self, task: StorageTask) -> tuple[float, ...]:
        return self.power_w[task.device.id] if task.device.id in self.stays else super()._traded(task)

    def _chosen(self, task: ModesTask) -> Shares:
        """The modes as they were, where they fit; else the cheapest ones."""
        planned, device_id = modes_before(task, self.modes_before), task.device.id
        fits = all(
            watts <= max(1000 * task.kept_kw[k], self.site.room_w(device_id, k)) + 1000 * CRUMB_KW
            for k, watts in enumerate(task.power_w(planned))
        )
        return planned if planned and fits else super()._chosen(task)

    def _left(self, task: StorageTask, index: int, planned_kw: float) -> float:
        """What it may have of a power in the slot: as much, less, or nothing where it runs in steps."""
        if not planned_kw and not task.kept_kw[index]:
            return 0.0
        if planned_kw < 0:
            return -min(-planned_kw, self._may_give(task, index))
        room_kw = self.site.room_w(task.device.id, index) / 1000
        if task.sun_only:
            room_kw = min(room_kw, -self.site.grid_w[index] / 1000)
        most_kw = max(min(task.max_kw[index], room_kw), task.kept_kw[index])
        if planned_kw <= most_kw + CRUMB_KW:
            return planned_kw
        return most_kw if not task.exact[index] or most_kw >= task.on_kw[index] else task.kept_kw[index]

    def _may_give(self, task: StorageTask, index: int) -> float:
        """The most that it may give there, in kW: what the home needs, and what may leave it."""
        gives = task.giving
        if gives is None:
            return 0.0
        load_w = self.site.grid_w[index] + (self.site.export_w[index] if gives.may_export else 0.0)
        most_kw = min(gives.max_kw[index], max(0.0, load_w / 1000))
        return most_kw if not gives.exact[index] or most_kw >= gives.on_kw[index] else 0.0

    def _kept_within(self, task: StorageTask, power_kw: Sequence[float]) -> list[float]:
        """The same where no power lifts the level above its bound, nor gives what is not there."""
        moves, stored, kept = task.dynamics, 0.0, list[float]()
        for k, planned_kw in enumerate(power_kw):
            kilowatts, idle = planned_kw, moves.after(k, stored, 0.0)
            if kilowatts > 0 and moves.after(k, stored, kilowatts) > task.high[k] + SLACK_KWH:
                kilowatts = max(0.0, moves.power_to(k, stored, task.high[k]))
                if task.exact[k] and kilowatts < task.on_kw[k] and task.high[k] < task.full:
                    kilowatts = 0.0
            elif kilowatts < 0 and moves.after(k, stored, kilowatts) < task.low[k] - SLACK_KWH:
                kilowatts = -max(0.0, idle - task.low[k]) / moves.per_kw_back(k)
            kept.append(kilowatts)
            stored = moves.after(k, stored, kilowatts)
        return kept

    def _serve(self, task: DemandTask) -> None:
        """As much as it was planned to have, down to what the limits leave."""
        device_id = task.device.id
        self.site.add(device_id, self.power_w[device_id], sign=-1)
        served = []
        for index, planned_w in enumerate(self.before[device_id]):
            least_w, most_w = 1000 * task.floor_kw[index], 1000 * task.max_kw[index]
            served.append(max(least_w, min(most_w, planned_w, self.site.room_w(device_id, index))))
        self.power_w[device_id] = tuple(served)
        self.site.add(device_id, self.power_w[device_id])


def _lacks(task: StorageTask, power_kw: Sequence[float]) -> bool:
    """Whether these powers leave the level below a bound that could be kept, or short of a wish."""
    stored = task.dynamics.path(power_kw)
    below = any(kwh < low - 2 * SLACK_KWH for kwh, low in zip(stored, task.low, strict=True))
    return below or any(goal.reached(stored) < goal.stored_kwh - 2 * SLACK_KWH for goal in task.goals)
