"""What each inverter is offered by the sun, and how much of that it may hold back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from drrouter.domain.flexibility import EnvelopeFlexibility
from drrouter.planner.energy_prices import Tariffs
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.site import NO_LIMIT_W, export_limits_w
from drrouter.planner.windows import present_shares


@dataclass(frozen=True, slots=True)
class InverterTask:
    """One inverter; every tuple has one entry per slot, powers in kW and positive.

    Attributes:
        offered_kw: what it gives where nobody holds it back.
        spare_kw: how much of that may be held back; nothing in slots in which that could not pay.
    """

    device: DeviceInput
    offered_kw: tuple[float, ...]
    spare_kw: tuple[float, ...]

    @property
    def offered_w(self) -> tuple[float, ...]:
        """Its power where nobody holds it back, in W and negative: it gives."""
        return tuple(-1000 * kilowatts for kilowatts in self.offered_kw)

    def held_kw(self, index: int, watts: float) -> float:
        """How far it is held below what it could give, where its power is so much."""
        return self.offered_kw[index] + watts / 1000


def inverter_tasks(problem: Problem, tariffs: Tariffs | None = None) -> tuple[InverterTask, ...]:
    """Every inverter in numbers; without ``tariffs`` nothing may be held back.

    Interpretation: holding back can pay where a kWh sent away, or one imported, costs less than nothing, and
    where what may be sent away is limited. That a battery could give instead, only to be emptier, is no
    reason.
    """
    inverters = [
        (device, device.flexibility)
        for device in problem.devices
        if isinstance(device.flexibility, EnvelopeFlexibility)
    ]
    if not inverters:
        return ()
    pays = [False] * len(problem.slots)
    if tariffs is not None:
        pays = [
            min(tariffs.sell[k], tariffs.least_buy(k)) < 0 or limit_w < NO_LIMIT_W
            for k, limit_w in enumerate(export_limits_w(problem))
        ]
    return tuple(_task(problem, device, flexibility, pays) for device, flexibility in inverters)


def opened(problem: Problem, tariffs: Tariffs, inverters: Sequence[InverterTask]) -> Tariffs:
    """The tariffs that price flows with all the sun in them; the same where none may be held back."""
    if not any(any(task.spare_kw) for task in inverters):
        return tariffs
    spare_w = tuple(1000 * sum(slot) for slot in zip(*(task.spare_kw for task in inverters), strict=True))
    return replace(tariffs, spare_w=spare_w, export_w=tuple(export_limits_w(problem)))


def _task(
    problem: Problem, device: DeviceInput, flexibility: EnvelopeFlexibility, pays: Sequence[bool]
) -> InverterTask:
    bounds = list(_bounds(problem, device, flexibility))
    return InverterTask(
        device=device,
        offered_kw=tuple(offered_w / 1000 for offered_w, _ in bounds),
        spare_kw=tuple(
            (offered_w - least_w) / 1000 if useful else 0.0
            for (offered_w, least_w), useful in zip(bounds, pays, strict=True)
        ),
    )


def _bounds(
    problem: Problem, device: DeviceInput, flexibility: EnvelopeFlexibility
) -> Iterator[tuple[float, float]]:
    """The most and the least that it gives in each slot, in W."""
    suns_w = device.sun_w or (0.0,) * len(problem.slots)
    for present, sun_w in zip(present_shares(device, problem.slots), suns_w, strict=True):
        share = present if sun_w > 0 else 0.0
        offered_w = share * min(sun_w, flexibility.rated_power_w)
        yield offered_w, min(offered_w, share * flexibility.least_power_w)
