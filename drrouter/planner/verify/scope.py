"""What a limit counts: the meter, a set of devices, or all that flows on one line."""

from dataclasses import dataclass

from drrouter.domain.flexibility import Line, StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.plan import Plan
from drrouter.planner.problem import Problem


@dataclass(frozen=True, slots=True)
class Counted:
    """The devices whose power counts, or the line; the site where there are neither."""

    members: tuple[DeviceId, ...] = ()
    line: Line | None = None

    @property
    def is_site(self) -> bool:
        """Whether it is the meter itself."""
        return not self.members and self.line is None

    def share(self, problem: Problem, device_id: DeviceId) -> float:
        """How much of each watt of the device counts."""
        if self.line is not None:
            shares = [device.share_on(self.line) for device in problem.devices if device.id == device_id]
            return sum(shares)
        return 1.0 if self.is_site or device_id in self.members else 0.0

    def base_w(self, problem: Problem, index: int) -> float:
        """Base load less generation that counts in the slot, in W."""
        sun_w = problem.pv_w[index] if problem.pv_w else 0.0
        if self.line is not None:
            place = ("L1", "L2", "L3").index(self.line)
            load = (problem.base_line_shares or (1.0, 0.0, 0.0))[place]
            sun = (problem.pv_line_shares or (1.0, 0.0, 0.0))[place]
            return load * problem.base_load_w[index] - sun * sun_w
        return problem.base_load_w[index] - sun_w if self.is_site else 0.0

    def used_w(self, plan: Plan, problem: Problem, index: int) -> float:
        """What flows there in the slot, in W."""
        if self.is_site:
            return plan.grid_w[index]
        drawn_w = sum(
            self.share(problem, device_id) * watts[index] for device_id, watts in plan.power_w.items()
        )
        return self.base_w(problem, index) + self._idle_w(problem) + drawn_w

    def _idle_w(self, problem: Problem) -> float:
        if self.line is None:
            return 0.0
        return sum(
            device.share_on(self.line) * device.flexibility.idle_power_w
            for device in problem.devices
            if isinstance(device.flexibility, StorageFlexibility)
        )


def counted_by(limit: Limit) -> Counted:
    """What the limit counts."""
    if limit.scope is Scope.SITE:
        return Counted()
    if limit.scope is Scope.LINE and limit.line is not None:
        return Counted(line=limit.line)
    return Counted(tuple(sorted(set(limit.members))))
