"""Keeps what the home feeds into the grid under the limits of the network: the guard's last step.

    room for what gives = limit + what the home uses
    inverters share the room by their size; batteries give what the sun leaves of it now

An inverter is held back only as far as the limit asks. What gives and cannot be told, such as an inverter
without a set-point, stands in the base load; what it gives beyond the limit is impossible, in W. A limit for
some devices counts what these give, whatever the home uses.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from drrouter.domain.device import Presence
from drrouter.domain.ids import DeviceId
from drrouter.domain.limit import Band, Limit
from drrouter.domain.said import said
from drrouter.router.guard import Claim, Verdict
from drrouter.router.kinds import Kind, kind_of
from drrouter.router.safety import lowest_w


def within_feed_in(
    verdict: Verdict, claims: Iterable[Claim], limits: Iterable[Limit], base_load_w: float
) -> Verdict:
    """The verdict, with the bands of all that gives narrowed by the limits of export.

    Args:
        verdict: of the guard.
        claims: as the guard had them.
        limits: of export, in force now.
        base_load_w: the load that no device of ours explains, in W.
    """
    bands, impossible_w, all_claims = dict(verdict.bands), dict(verdict.impossible_w), tuple(claims)
    for limit in sorted(limits, key=lambda limit: -limit.effective_w):
        bound = [claim for claim in all_claims if not limit.members or claim.id in limit.members]
        used_w = 0.0 if limit.members else base_load_w + sum(_takes_w(one, bands) for one in all_claims)
        room_w = limit.effective_w + used_w
        if room_w < 0 and limit.provider and limit.event_id:
            impossible_w[limit.provider, limit.event_id] = -room_w
        suns = [claim for claim in bound if kind_of(claim.profile) is Kind.SUN]
        stores = [claim for claim in bound if claim not in suns and bands[claim.id].min_w < 0]
        bands |= _shared(suns, bands, max(room_w, 0.0), limit)
        bands |= _shared(stores, bands, max(room_w - _sun_w(suns, bands), 0.0), limit)
    return replace(verdict, bands=bands, impossible_w=impossible_w)


def _takes_w(claim: Claim, bands: Mapping[DeviceId, Band]) -> float:
    """What a device draws now and will go on drawing; nothing where it does not answer."""
    if claim.state.presence is Presence.GONE:
        return 0.0
    return max(min(claim.state.power_w or 0.0, bands[claim.id].clip(claim.proposed_w)), 0.0)


def _sun_w(suns: Iterable[Claim], bands: Mapping[DeviceId, Band]) -> float:
    """What the inverters give now, as far as they may."""
    return sum(min(max(-(sun.state.power_w or 0.0), 0.0), -bands[sun.id].min_w) for sun in suns)


def _shared(
    givers: Sequence[Claim], bands: Mapping[DeviceId, Band], room_w: float, limit: Limit
) -> dict[DeviceId, Band]:
    """The bands of those that share the room by their size, where it is too small for all."""
    most_w = sum(-lowest_w(claim.profile) for claim in givers)
    if most_w <= room_w:
        return {}
    return {
        claim.id: _giving_at_most(bands[claim.id], -lowest_w(claim.profile) * room_w / most_w, limit)
        for claim in givers
    }


def _giving_at_most(band: Band, watts: float, limit: Limit) -> Band:
    """The band without what is below this; one that lay below it altogether shrinks to it."""
    if band.min_w >= -watts:
        return band
    return Band(-watts, max(band.max_w, -watts), _over(limit))


def _over(limit: Limit) -> str:
    """The limit in words."""
    if limit.program:
        return said("held.feed_in_of", limit.program, limit_w=limit.effective_w)
    return said("held.feed_in", limit_w=limit.effective_w)
