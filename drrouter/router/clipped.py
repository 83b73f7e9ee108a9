"""Finds which set-points of providers do not get their way, and whether the owner or an order stops them.

    asked 5 kW, told 5 kW                  nothing to say
    asked 5 kW, told 3 kW by a limit       in part impossible
    asked 5 kW, switched off by the owner  opted out
    asked 5 kW beside another 2 kW         impossible: there is one power

Why is not said: the limit may be another provider's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from drrouter.domain.ids import DeviceId, EventKey
from drrouter.router.guard import Claim, Verdict
from drrouter.router.levers import Setpoint, is_near
from drrouter.router.schedule import Proposal


def with_clipped(
    verdict: Verdict,
    claims: Iterable[Claim],
    proposals: Mapping[DeviceId, Proposal],
    setpoints: Mapping[DeviceId, Setpoint],
) -> Verdict:
    """The verdict, with the set-points that are not carried out as asked.

    Args:
        verdict: of the guard.
        claims: as the guard had them.
        proposals: with the events that asked for them.
        setpoints: what each device is told in the end.
    """
    unable, opted_out = dict(verdict.unable), dict(verdict.opted_out)
    for claim in claims:
        wanted, told = proposals[claim.id], setpoints[claim.id]
        missed = list(wanted.outvoted)
        if wanted.asked_by and not _has_its_way(wanted, told):
            missed.append(wanted.asked_by)
        for key in missed:
            _add(opted_out if claim.override else unable, key, claim.id)
    return replace(verdict, unable=unable, opted_out=opted_out)


def _has_its_way(wanted: Proposal, told: Setpoint) -> bool:
    """Whether the device is told what was asked; on the way to a level any power will do."""
    return is_near(told.power_w, wanted.power_w) or (wanted.by_level and told.power_w > 0)


def _add(found: dict[EventKey, tuple[DeviceId, ...]], key: EventKey, member: DeviceId) -> None:
    if member not in found.get(key, ()):
        found[key] = (*found.get(key, ()), member)
