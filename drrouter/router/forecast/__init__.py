"""What the home will draw and what its sun will give: forecasters behind one port, each with an error band.

    history of measured means --> Expectation --> Banded --> Forecast: mean and band per slot

``BaseLoad`` is the home file's day of 24 hours and needs no history. ``ByWeekday``, ``Persistence`` and
``ClearSky`` learn from one; ``Banded`` lets any of them forecast the days that it has seen already, and takes
the band from how wrong it was. ``Means`` gathers the history; ``expected_load`` and ``expected_sun`` are
what the router plans with. All are pure: history in, forecast out.
"""

from drrouter.router.forecast.bands import Banded
from drrouter.router.forecast.base_load import BaseLoad
from drrouter.router.forecast.by_weekday import ByWeekday
from drrouter.router.forecast.clear_sky import ClearSky, Place
from drrouter.router.forecast.history import Expectation, Forecast, Forecaster, History
from drrouter.router.forecast.learned import Roof, expected_load, expected_sun, load_of, sun_of
from drrouter.router.forecast.means import Means
from drrouter.router.forecast.persistence import Persistence

__all__ = [
    "Banded",
    "BaseLoad",
    "ByWeekday",
    "ClearSky",
    "Expectation",
    "Forecast",
    "Forecaster",
    "History",
    "Means",
    "Persistence",
    "Place",
    "Roof",
    "expected_load",
    "expected_sun",
    "load_of",
    "sun_of",
]
