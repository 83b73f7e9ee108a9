"""What was decided: where each cycle starts, and the mean power of everything else in each slot."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from drrouter.domain.ids import DeviceId
from drrouter.planner.cycle_task import CycleTask
from drrouter.planner.problem import Problem
from drrouter.planner.relations import Others, Stand, placed_others
from drrouter.planner.start import Start
from drrouter.planner.tasks import Tasks


@dataclass(frozen=True, slots=True)
class Schedule:
    """A decision about every task, whoever made it.

    Attributes:
        starts: per cycle task; None where it is not placed within the horizon.
        power_w: mean power per slot of storages, demands, inverters and devices with modes, in W.
        modes: how much of each slot a device with modes runs in each of them.
    """

    starts: dict[DeviceId, Start | None]
    power_w: dict[DeviceId, tuple[float, ...]]
    modes: dict[DeviceId, tuple[tuple[float, ...], ...]] = field(default_factory=dict)

    def device_power(self, tasks: Tasks) -> dict[DeviceId, tuple[float, ...]]:
        """Mean power per device and slot, fixed cycles included."""
        power_w = {**tasks.fixed_w, **self.power_w}
        for device_id, start in self.starts.items():
            if start is not None:
                fixed = power_w.get(device_id, (0.0,) * tasks.count)
                power_w[device_id] = tuple(map(sum, zip(fixed, start.over(tasks.count), strict=True)))
            else:
                power_w.setdefault(device_id, (0.0,) * tasks.count)
        return power_w


def others_of(problem: Problem, task: CycleTask, starts: Mapping[DeviceId, Start | None]) -> Others | None:
    """What stands around a cycle, None where nothing that stands could bind it."""
    if task.others is None:
        return None
    placed = {
        device_id: None if start is None else Stand(device_id, start.start, start.end)
        for device_id, start in starts.items()
    }
    return placed_others(problem, task.device.id, placed, task.others)
