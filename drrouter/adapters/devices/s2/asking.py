"""Asks the router for the best start of a cycle that a machine offers, and lets it promise that start.

Every way through the profile is asked for, within the machine's own window; the cheapest is promised. When
its time has come the router starts it like any other, by the way that was promised.
"""

import logging

from drrouter.adapters.devices.s2.ppbc import Offer, Path
from drrouter.domain.ids import DeviceId
from drrouter.objectmodel.foreign.phases import as_programme
from drrouter.ports import Quote, Quoting

MOST_WAYS = 8
"""So many ways through a profile are asked for, in the order in which they are offered."""

_log = logging.getLogger(__name__)


async def ask(device_id: DeviceId, offer: Offer, quoting: Quoting) -> Path:
    """Let the best start of what is offered be promised; the way of it, empty where there is none."""
    ways = list(offer.ways(MOST_WAYS))
    window = offer.start, offer.end
    quotes: list[tuple[Quote, int]] = []
    for number, (program, _) in enumerate(ways):
        quote = await quoting(device_id, as_programme(program), False, window)
        quotes += [(quote, number)] if quote else []
    if not quotes:
        _log.info("%s (S2) offers a cycle, and the router has no start for it", device_id)
        return ()
    program, path = ways[min(quotes, key=lambda one: (one[0].cost, one[1]))[1]]
    promised = await quoting(device_id, as_programme(program), True, window)
    return path if promised is not None else ()
