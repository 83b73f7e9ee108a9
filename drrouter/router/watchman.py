"""Looks after what the router was told and what it told: who fell silent, what the meter teaches.

    readings -> Watchman.read -> outlook
    every look -> Watchman.step -> silent devices

What it has learned is kept by ``keep`` and read back at the start.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

from drrouter.domain.ids import DeviceId
from drrouter.ports import Change, Clock, Collection, Put
from drrouter.router.outlook import Outlook
from drrouter.router.registry import Registry
from drrouter.router.steering import Site

_MEASURED = "measured"


class Watchman:
    """What is seen of the home beside its present state.

    Attributes:
        outlook: base load and sun.
    """

    def __init__(
        self,
        site: Site,
        registry: Registry,
        clock: Clock,
        gone: Callable[[DeviceId, str], None],
        kept: Mapping[str, object],
    ) -> None:
        """``gone`` is told who does not answer any longer; ``kept`` was read from the store's settings."""
        self._registry, self._clock, self._gone = registry, clock, gone
        self.outlook = Outlook(registry, site.base_load, site.meter, site.roof, kept.get(_MEASURED))

    def read(self, device_id: DeviceId) -> None:
        """A device was read."""
        self.outlook.saw(device_id, self._clock.now())

    def step(self) -> None:
        """Look around; quick, and never waits."""
        for device_id in self._registry.fallen_silent(self._clock.now()):
            minutes = self._registry.silent_after(device_id) / timedelta(minutes=1)
            self._gone(device_id, f"it has said nothing for {minutes:.0f} minutes")

    def keep(self) -> tuple[Change, ...]:
        """What a restart goes on from."""
        return (Put(Collection.SETTINGS, _MEASURED, self.outlook.keep()),)
