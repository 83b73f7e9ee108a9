"""Counts, as devices are added and taken away, what rebates earn and what exceeds the peak after an event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drrouter.domain.demand_response import Rebate
from drrouter.domain.ids import DeviceId
from drrouter.planner.problem import Problem


@dataclass(frozen=True, slots=True)
class RebateRow:
    """A rebate over the slots that it touches.

    Attributes:
        hours: how much of each slot it covers.
    """

    rebate: Rebate
    hours: dict[int, float]

    @property
    def all_hours(self) -> float:
        """What of its interval lies in the plan."""
        return sum(self.hours.values())

    def meters(self, device_id: DeviceId) -> bool:
        """Whether the device is metered for it."""
        return not self.rebate.members or device_id in self.rebate.members


def rebate_rows(problem: Problem) -> tuple[RebateRow, ...]:
    """The rebates that earn something in the plan.

    Interpretation: what lies before now or behind the horizon is left out of baseline and use alike.
    """
    rows = (
        RebateRow(
            rebate,
            {k: h for k, slot in enumerate(problem.slots) if (h := slot.overlap_hours(rebate.interval))},
        )
        for rebate in problem.rebates
    )
    return tuple(row for row in rows if row.hours and row.rebate.price_per_kwh and row.rebate.baseline_w)


def calm_peaks_w(problem: Problem) -> dict[int, float]:
    """The lowest peak to keep in each slot that a recovery touches, in W."""
    peaks: dict[int, float] = {}
    for recovery in problem.recoveries:
        for index, slot in enumerate(problem.slots):
            if slot.overlap_hours(recovery.interval):
                peaks[index] = min(peaks.get(index, recovery.peak_w), recovery.peak_w)
    return peaks


class EventMeter:
    """The meters of events in one home.

    Attributes:
        calm_w: the peak to keep in each slot after an event.
        rows: the rebates.
        is_idle: whether there is nothing to count.
    """

    def __init__(self, problem: Problem, grid_w: Sequence[float]) -> None:
        """Begin with what flows through the meter while no device draws."""
        self.calm_w = calm_peaks_w(problem)
        self.rows = rebate_rows(problem)
        self.is_idle = not (self.calm_w or self.rows)
        self._price = problem.prices.recovery_per_kwh
        self._hours = {index: problem.slots[index].hours for index in self.calm_w}
        self._used_kwh = [
            0.0 if row.rebate.members else sum(h * max(0.0, grid_w[k]) / 1000 for k, h in row.hours.items())
            for row in self.rows
        ]

    def count(self, power_w: Mapping[DeviceId, Sequence[float]]) -> None:
        """Count devices that flow through the meter already for the rebates of groups."""
        for number, row in enumerate(self.rows):
            for member in sorted(set(row.rebate.members)):
                if member in power_w:
                    drawn_kwh = (h * power_w[member][k] / 1000 for k, h in row.hours.items())
                    self._used_kwh[number] += sum(drawn_kwh)

    def change(self, device_id: DeviceId, index: int, before_w: float, after_w: float) -> None:
        """The device lets the meter go from one power to the other in the slot."""
        for number, row in enumerate(self.rows):
            self._used_kwh[number] += self._more_kwh(row, device_id, index, before_w, after_w)

    def added(self, device_id: DeviceId, index: int, before_w: float, after_w: float) -> float:
        """What that would cost: rebates not earned, and power above the peak after an event."""
        cost = 0.0
        if index in self.calm_w:
            over_w = max(0.0, after_w - self.calm_w[index]) - max(0.0, before_w - self.calm_w[index])
            cost += self._hours[index] * over_w / 1000 * self._price
        for row, used_kwh in zip(self.rows, self._used_kwh, strict=True):
            more_kwh = self._more_kwh(row, device_id, index, before_w, after_w)
            if more_kwh:
                cost += _money(row, used_kwh) - _money(row, used_kwh + more_kwh)
        return cost

    def earned(self) -> tuple[float, ...]:
        """What each rebate earns, in the plan's currency."""
        return tuple(_money(row, used) for row, used in zip(self.rows, self._used_kwh, strict=True))

    @staticmethod
    def _more_kwh(row: RebateRow, device_id: DeviceId, index: int, before_w: float, after_w: float) -> float:
        if index not in row.hours or not row.meters(device_id):
            return 0.0
        if not row.rebate.members:
            before_w, after_w = max(0.0, before_w), max(0.0, after_w)
        return row.hours[index] * (after_w - before_w) / 1000


def _money(row: RebateRow, used_kwh: float) -> float:
    return row.rebate.price_per_kwh * row.rebate.saved_kwh(used_kwh, row.all_hours)
