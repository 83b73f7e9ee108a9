"""How far a plan holds inverters back: what the sun would offer, less what the plan lets them give.

Where it does so for a limit of feed-in alone, nobody holds to its means: the guard holds back exactly as much
as that limit asks, by what the home uses at the moment.
"""

from datetime import datetime

from drrouter.domain.flexibility import EnvelopeFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.plan import Plan
from drrouter.planner import Problem

CRUMB_W = 1.0

HeldRow = tuple[tuple[Interval, float | None], ...]
"""Per slot, how much an inverter may give, in W; None where it may give all."""


def held_by(problem: Problem, plan: Plan) -> dict[DeviceId, HeldRow]:
    """What the plan lets each inverter give."""
    return {
        device.id: tuple(
            (slot, _held(min(sun_w, device.flexibility.rated_power_w), power_w) if paid else None)
            for slot, sun_w, power_w, paid in zip(
                plan.slots, device.sun_w, plan.power_w[device.id], _paid(problem), strict=False
            )
        )
        for device in problem.devices
        if isinstance(device.flexibility, EnvelopeFlexibility) and device.id in plan.power_w
    }


def _paid(problem: Problem) -> list[bool]:
    """Where holding back pays by itself, or nothing is known to limit what is fed in."""
    limited = (any(one.interval.overlap(slot) for one in problem.export_limits) for slot in problem.slots)
    prices = zip(limited, problem.import_price, problem.export_price, strict=True)
    return [not bound or min(buy, sell) < 0 for bound, buy, sell in prices]


def _held(offered_w: float, power_w: float) -> float | None:
    return -power_w if offered_w + power_w > CRUMB_W else None


def held_at(row: HeldRow | None, plan: Plan | None, now: datetime) -> float | None:
    """What an inverter may give now; all of it once the plan is no more."""
    if row is None or plan is None:
        return None
    return next((watts for slot, watts in row if slot.holds(now)), None)
