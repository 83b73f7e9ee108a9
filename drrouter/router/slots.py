"""Chooses the slots of the home's next plan: quarter hours where it matters, longer ones where nothing does.

It matters soon, wherever prices turn, and as long as a limit could bind: a limit is kept on average over a
slot, and half an hour hides what a washer draws while it heats. A home whose main fuse carries all that it
has at once, on a tariff by the hour, has little more than half as many slots as quarter hours.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from drrouter.domain.device import DeviceProfile
from drrouter.domain.interval import Interval, slots
from drrouter.domain.limit import Limit
from drrouter.domain.rates import Rates
from drrouter.domain.timeline import Timeline
from drrouter.planner.grid import turns, varied_slots
from drrouter.router.safety import nominal_w
from drrouter.router.steering import Site

NOTICED = 0.02
"""A price that changes by less than this share of all that prices differ cuts no slot."""

_HOUR = timedelta(hours=1)


def plan_slots(
    now: datetime,
    horizon: timedelta,
    site: Site,
    timeline: Timeline,
    limits: Iterable[Limit],
    profiles: Iterable[DeviceProfile],
    edges: Iterable[datetime] = (),
) -> tuple[Interval, ...]:
    """The slots of a plan from now to the horizon.

    Args:
        now: where the first slot begins.
        horizon: how far to plan.
        site: its base load.
        timeline: prices, and the edges of orders.
        limits: the main fuse and what providers order.
        profiles: the devices.
        edges: other instants at which a slot is cut.

    Interpretation: a price per slot is the mean over its time; where it changes by less than ``NOTICED``
    inside a slot, the mean is as good. The finest grid (``FINE_STEPS``) is left to homes that plan by the
    minute: at the same prices it has more whole steps to decide, and saves nothing.
    """
    priced = [timeline.import_price, timeline.export_price]
    if site.co2_price_per_kg:
        priced.append(timeline.co2_g_per_kwh)
    cuts = [edge for rates in priced for edge in turns(rates, NOTICED * _spread(rates))]
    span = Interval(now, now + horizon)
    fine = _binding(span, site, tuple(limits), profiles)
    return varied_slots(now, horizon, (*timeline.edges_after(now), *edges, *cuts), fine)


def _spread(rates: Rates) -> float:
    values = [value for _, value in rates.steps]
    return max(values) - min(values) if values else 0.0


def _binding(
    span: Interval, site: Site, limits: tuple[Limit, ...], profiles: Iterable[DeviceProfile]
) -> Iterator[Interval]:
    """When a limit could bind: all that it binds, at once, would draw more."""
    most_w = {profile.id: nominal_w(profile) for profile in profiles}
    base_w = max(site.base_load.mean(hour) for hour in slots(span.start, span.end, _HOUR))
    for limit in limits:
        drawn_w = sum(most_w.get(member, 0.0) for member in limit.members)
        if limit.effective_w < (drawn_w if limit.members else sum(most_w.values()) + base_w):
            yield limit.interval
