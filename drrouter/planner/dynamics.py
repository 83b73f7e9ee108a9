"""How a storage's level follows its power from slot to slot, told as the energy put in since now.

With a loss towards its surroundings the level decays, and with a heat pump a kWh counts for more on a mild
day. Everything holds still within a slot, so that the exponential of the exact solution is one number each:

    stored[k] = keep[k] * stored[k-1] + span[k] * (gain[k] * power_kw[k] + drift_kw[k])

    keep = exp(-loss * h)        span = (1 - keep) / loss, and h where nothing is lost
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from drrouter.domain.flexibility import StorageFlexibility
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.trips import trips_used


@dataclass(frozen=True, slots=True)
class Dynamics:
    """The numbers of the recursion, one of each per slot.

    Attributes:
        loss_per_h: the pace at which what is stored decays.
        hours: the length of each slot.
        end_h: the end of each slot, in hours from now.
        keep: the share of what was stored before the slot that is left after it.
        span: how many hours of steady power the slot's power counts for.
        gain: how much a kWh of power counts for.
        drift_kw: what the surroundings put in, and people and trips take out, at the level of now.
        still: whether nothing moves the level but power, and trips.
        back: what a kWh given back takes out, as a multiple of itself.
    """

    loss_per_h: float
    hours: tuple[float, ...]
    end_h: tuple[float, ...]
    keep: tuple[float, ...]
    span: tuple[float, ...]
    gain: tuple[float, ...]
    drift_kw: tuple[float, ...]
    still: bool
    back: float = 1.0

    def after(self, index: int, stored_kwh: float, power_kw: float) -> float:
        """What is stored after the slot, in kWh."""
        return self.keep[index] * stored_kwh + self.span[index] * self.inflow_kw(index, power_kw)

    def inflow_kw(self, index: int, power_kw: float) -> float:
        """What this mean power and the surroundings put in; negative power takes more than it delivers."""
        factor = self.gain[index] if power_kw >= 0 else self.back
        return factor * power_kw + self.drift_kw[index]

    def inflows_kw(self, power_w: Sequence[float]) -> list[float]:
        """The same for the mean power of each slot, in W."""
        back = self.back
        return [
            (gain if watts >= 0 else back) * (watts / 1000) + drift_kw
            for gain, drift_kw, watts in zip(self.gain, self.drift_kw, power_w, strict=True)
        ]

    def path(self, power_kw: Sequence[float], first: int = 0, now: float = 0.0) -> list[float]:
        """What is stored at the end of each slot, in kWh: ``after``, slot by slot.

        Args:
            power_kw: in each slot from ``first`` on.
            first: where the path begins.
            now: what is stored before that.
        """
        stored, back = [], self.back
        numbers = (self.keep, self.span, self.gain, self.drift_kw)
        parts = zip(*(series[first:] for series in numbers), power_kw, strict=False)
        for keep, span, gain, drift_kw, kilowatts in parts:
            now = keep * now + span * ((gain if kilowatts >= 0 else back) * kilowatts + drift_kw)
            stored.append(now)
        return stored

    def power_to(self, index: int, before_kwh: float, after_kwh: float) -> float:
        """The mean power that leads from one to the other in the slot, in kW."""
        inflow_kw = (after_kwh - self.keep[index] * before_kwh) / self.span[index]
        return (inflow_kw - self.drift_kw[index]) / self.gain[index]

    def per_kw(self, index: int) -> float:
        """The kWh that each kW stores by the end of the slot."""
        return self.span[index] * self.gain[index]

    def per_kw_back(self, index: int) -> float:
        """The kWh that each kW given back takes out by the end of the slot."""
        return self.span[index] * self.back

    def lasting(self, since: int, until: int) -> float:
        """The share of what is stored at the end of one slot that is left at the end of a later one."""
        if not self.loss_per_h:
            return 1.0
        return math.exp(-self.loss_per_h * (self.end_h[until] - self.end_h[since]))

    def share(self, index: int, part: float) -> float:
        """How far the level has gone from before the slot to after it, when part of the slot has passed.

        Even power moves it evenly, and with a loss faster at first.
        """
        if not self.loss_per_h:
            return part
        rate = self.loss_per_h * self.hours[index]
        return math.expm1(-rate * part) / math.expm1(-rate)


def dynamics(
    problem: Problem, device: DeviceInput, flexibility: StorageFlexibility, level: float
) -> Dynamics:
    """The storage's dynamics over the problem's slots, from its level now."""
    hours = tuple(slot.hours for slot in problem.slots)
    loss, per_kwh = flexibility.loss_per_h, flexibility.level_per_wh * 1000
    ambient = device.ambient or (flexibility.ambient,) * len(hours)
    taken = device.taken or (0.0,) * len(hours)
    drift_kw = tuple(
        (flexibility.drift_per_h - out - loss * (level - around)) / per_kwh
        for out, around in zip(taken, ambient, strict=True)
    )
    still = not loss and not any(drift_kw)
    if used := trips_used(problem, device):
        drift_kw = tuple(
            drift - trip / length / per_kwh for drift, trip, length in zip(drift_kw, used, hours, strict=True)
        )
    return Dynamics(
        loss_per_h=loss,
        hours=hours,
        end_h=tuple(accumulate(hours)),
        keep=tuple(math.exp(-loss * length) for length in hours),
        span=tuple(-math.expm1(-loss * length) / loss if loss else length for length in hours),
        gain=device.gain or (1.0,) * len(hours),
        drift_kw=drift_kw,
        still=still,
        back=flexibility.discharge.level_per_wh / flexibility.level_per_wh if flexibility.discharge else 1.0,
    )
