"""What clients are shown of the history."""

from dataclasses import dataclass
from datetime import date, datetime

from drrouter.domain.history import BaselineMethod
from drrouter.domain.ids import DeviceId
from drrouter.router.history.figures import Figures
from drrouter.router.history.spans import Span

BASELINE = (
    "The saving compares what was measured with the same home without the router: a machine would have begun "
    "the same cycle when it was asked for; a car would have charged the same energy at full power from its "
    "arrival on; heaters, coolers and loads that can wait would have used the same energy spread evenly over "
    "the day; everything else is taken as it was, and no saving is claimed for it."
)


@dataclass(frozen=True, slots=True)
class UseView:
    """What one device used over a time.

    Attributes:
        device_id: None stands for what is drawn beside the devices.
    """

    device_id: DeviceId | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class BarView:
    """One bar: an hour, a day or a month."""

    start: datetime
    end: datetime
    home: Figures
    uses: tuple[UseView, ...] = ()


@dataclass(frozen=True, slots=True)
class UsedView:
    """One device over the whole span.

    Attributes:
        baseline: how its baseline is made; of one whose device is gone, as it was last.
    """

    device_id: DeviceId | None
    name: str
    baseline: BaselineMethod
    figures: Figures


@dataclass(frozen=True, slots=True)
class HistoryView:
    """What the home used over a day, a week, a month or a year of its own calendar.

    Attributes:
        first, last: the local days, both with it; ``start`` and ``end`` are the same in UTC.
        metered: whether the home has a meter; without one the home is the sum of its devices.
        home: the whole home by its meter; its coverage is that of the meter.
        devices: what each used; what is drawn beside them comes last.
        method: how the saving is reckoned, in words.
    """

    span: Span
    first: date
    last: date
    start: datetime
    end: datetime
    time_zone: str
    currency: str
    metered: bool
    home: Figures
    devices: tuple[UsedView, ...]
    bars: tuple[BarView, ...]
    method: str = BASELINE
