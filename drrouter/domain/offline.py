"""What offline profiles order over a span of time: peak windows, limits and price levels, in our own units.

The document behind it is read and expanded in ``tariff``; when it is in force is decided in ``router``.
"""

from dataclasses import dataclass, field

from drrouter.domain.ids import ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.domain.rates import Rates
from drrouter.domain.said import said


@dataclass(frozen=True, slots=True)
class Peak:
    """A time in which nothing shiftable uses power.

    Attributes:
        provider: whose offline profile, or alert, names it.
        name: of the window, in the profile's own word.
        origin: what names it, in words.
    """

    interval: Interval
    provider: ProviderId
    name: str
    origin: str = field(default_factory=lambda: said("peak.profile"))


@dataclass(frozen=True, slots=True)
class OfflineOrders:
    """Everything that offline profiles and failsafes order over a span.

    Attributes:
        prices: per kWh of import, where the profile names a level; gaps elsewhere.
        export_limits: the most that may be fed in.
    """

    peaks: tuple[Peak, ...] = ()
    limits: tuple[Limit, ...] = ()
    prices: Rates = field(default_factory=Rates)
    export_limits: tuple[Limit, ...] = ()

    def plus(self, other: "OfflineOrders") -> "OfflineOrders":
        """Both together; where both name a price, this one's counts."""
        return OfflineOrders(
            (*self.peaks, *other.peaks),
            (*self.limits, *other.limits),
            other.prices.overlay(self.prices),
            (*self.export_limits, *other.export_limits),
        )
