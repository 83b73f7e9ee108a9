"""What limits of feed-in mean for a plan: those of the site as they are, those of some devices by shares.

Interpretation: a limit that names devices is told to the planner as less sun for the inverters among them,
shared by their size as the guard shares it (``feed_in``). What batteries among them give is the guard's.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from drrouter.domain.flexibility import EnvelopeFlexibility
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.planner.problem import DeviceInput


def of_the_site(limits: Iterable[Limit], span: Interval) -> tuple[Limit, ...]:
    """The limits of what the whole home feeds in, as far as they hold within the span."""
    return tuple(limit for limit in limits if not limit.members and limit.interval.overlap(span))


def bound_by(
    limits: Iterable[Limit], slots: Sequence[Interval], devices: Iterable[DeviceInput]
) -> Iterator[DeviceInput]:
    """The same devices, the inverters with the sun that limits on some of them leave."""
    all_devices, named = tuple(devices), [limit for limit in limits if limit.members]
    sizes_w = {
        device.id: device.flexibility.rated_power_w
        for device in all_devices
        if isinstance(device.flexibility, EnvelopeFlexibility) and device.sun_w
    }
    for device in all_devices:
        mine = [limit for limit in named if device.id in limit.members]
        if device.id not in sizes_w or not mine:
            yield device
            continue
        size_w = sizes_w[device.id]
        together_w = [sum(sizes_w.get(member, 0.0) for member in set(limit.members)) for limit in mine]
        parts = [
            (limit.interval, limit.effective_w * size_w / total_w if total_w else 0.0)
            for limit, total_w in zip(mine, together_w, strict=True)
        ]
        sun_w = tuple(
            min([sun, *(part_w for span, part_w in parts if span.overlap(slot))])
            for slot, sun in zip(slots, device.sun_w, strict=True)
        )
        yield replace(device, sun_w=sun_w)
