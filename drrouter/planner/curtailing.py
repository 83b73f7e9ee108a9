"""Holds inverters back by hand: exactly what has negative worth where everything else stands.

Whatever is placed by hand is placed in the home with all that the sun offers, at prices that know what may
be held back (``inverter_task.opened``). What nothing has taken, and costs more than it earns, is held back at
the end.
"""

from collections.abc import Mapping
from dataclasses import replace

from drrouter.domain.ids import DeviceId
from drrouter.planner.inverter_task import InverterTask
from drrouter.planner.ledger import Entry, enter
from drrouter.planner.problem import Problem
from drrouter.planner.schedule import Schedule
from drrouter.planner.site import Site
from drrouter.planner.storage_task import CRUMB_KW
from drrouter.planner.tasks import Tasks

_EQUAL = 1e-9
"""What gains no more than this is not held back."""


def unheld(tasks: Tasks, power_w: Mapping[DeviceId, tuple[float, ...]]) -> dict[DeviceId, tuple[float, ...]]:
    """The same powers where every inverter gives what it could."""
    return {**power_w, **{task.device.id: task.offered_w for task in tasks.inverters}}


def held_back(problem: Problem, tasks: Tasks, schedule: Schedule) -> Schedule:
    """The schedule with every inverter held back where that pays, and nowhere else."""
    if not tasks.inverters:
        return schedule
    return _Holding(problem, tasks, schedule).run()


def unwasted(problem: Problem, tasks: Tasks, entry: Entry) -> Entry:
    """The same where nothing is held back in vain: a solver stops within a gap, and ties are its choice."""
    if not any(any(task.spare_kw) for task in tasks.inverters):
        return entry
    mended = enter(problem, tasks, held_back(problem, tasks, entry.schedule))
    return mended if mended.objective <= entry.objective + _EQUAL else entry


class _Holding:
    """The home as decided, with all that the sun offers."""

    def __init__(self, problem: Problem, tasks: Tasks, schedule: Schedule) -> None:
        self.tasks, self.schedule = tasks, schedule
        self.site = Site(problem, tasks.base_w, tasks.tariffs)
        for device_id, watts in unheld(tasks, schedule.device_power(tasks)).items():
            self.site.add(device_id, watts)

    def run(self) -> Schedule:
        """One inverter after the other, one slot after the other."""
        power_w = dict(self.schedule.power_w)
        for task in self.tasks.inverters:
            power_w[task.device.id] = tuple(
                1000 * (self._hold(task, index) - offered) if offered else 0.0
                for index, offered in enumerate(task.offered_kw)
            )
        return replace(self.schedule, power_w=power_w)

    def _hold(self, task: InverterTask, index: int) -> float:
        """How many kW are held back in the slot: of the cheapest steps the smallest."""
        if task.spare_kw[index] <= CRUMB_KW:
            return 0.0
        device_id, best_w, lowest = task.device.id, 0.0, 0.0
        for number, watts in enumerate(self._steps_w(task, index)):
            cost = self.site.added_cost(device_id, index, watts)
            if not number or cost < lowest - _EQUAL:
                best_w, lowest = watts, cost
        self.site.add_at(device_id, index, best_w)
        return best_w / 1000

    def _steps_w(self, task: InverterTask, index: int) -> list[float]:
        """Where the price of the next watt changes, between what must be held back and what may."""
        spare_w, flow_w = 1000 * task.spare_kw[index], self.site.grid_w[index]
        least_w = min(spare_w, max(0.0, -flow_w - self._sent_w(index))) if self._kept_gives(index) else 0.0
        most_w = min(spare_w, max(0.0, self.site.room_w(task.device.id, index)))
        if self._charges_on_sun(index):
            most_w = min(most_w, max(0.0, -flow_w))
        most_w = max(least_w, most_w)
        edges = (*self.site.price_edges_w(index), most_w)
        return sorted({least_w, *(min(most_w, max(least_w, edge)) for edge in edges)})

    def _kept_gives(self, index: int) -> bool:
        """Whether a battery gives that may not send anything away: then the sun may not be sent either."""
        return any(
            self.schedule.power_w[task.device.id][index] < -1000 * CRUMB_KW
            for task in self.tasks.storages
            if task.giving is not None and not task.giving.may_export
        )

    def _sent_w(self, index: int) -> float:
        """What batteries give that may send it away."""
        return sum(
            max(0.0, -self.schedule.power_w[task.device.id][index])
            for task in self.tasks.storages
            if task.giving is not None and task.giving.may_export
        )

    def _charges_on_sun(self, index: int) -> bool:
        """Whether something charges that may do so only while the home imports nothing."""
        return any(
            self.schedule.power_w[task.device.id][index] > 1000 * (task.floor_kw[index] + CRUMB_KW)
            for task in self.tasks.storages
            if task.sun_only
        )
