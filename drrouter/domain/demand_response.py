"""What demand response adds to the price of power: rebates below a baseline, and calm after an event."""

from dataclasses import dataclass

from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval


@dataclass(frozen=True, slots=True)
class Recovery:
    """After an event, import at most what the home would have without it: no rebound of all that waited.

    Soft: what is above costs ``recovery_per_kwh`` and is told.

    Attributes:
        peak_w: the most that the home would have imported in a slot without the event.
    """

    interval: Interval
    peak_w: float


@dataclass(frozen=True, slots=True)
class Rebate:
    """Money for each kWh used below a baseline over the interval, as programs for peak times pay it.

    Attributes:
        baseline_w: the mean power that counts as usual.
        members: the devices that are metered; empty for the import of the site.
        most_kwh: no more than this is paid for; None is no bound.
        program: the programme that it comes from, shown to the owner.

    Raises:
        ValueError: a negative baseline, price or bound.
    """

    interval: Interval
    baseline_w: float
    price_per_kwh: float
    members: tuple[DeviceId, ...] = ()
    most_kwh: float | None = None
    program: str = ""

    def __post_init__(self) -> None:
        """Refuse what would be a fee."""
        if self.baseline_w < 0 or self.price_per_kwh < 0 or (self.most_kwh or 0.0) < 0:
            raise ValueError("a rebate needs a baseline, a price and a bound of 0 or more")

    def saved_kwh(self, used_kwh: float, hours: float) -> float:
        """What is paid for when this much is used in so many hours of the interval, in kWh.

        Interpretation: the whole interval is settled as one, so that a kWh more in one slot takes back what
        a kWh less in another has earned; what is used above the baseline costs nothing extra, and what a
        battery gives on top of using nothing earns nothing extra.
        """
        saved = max(0.0, self.baseline_w / 1000 * hours - max(0.0, used_kwh))
        return saved if self.most_kwh is None else min(saved, self.most_kwh)
