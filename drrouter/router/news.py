"""Tells listeners of each device that is no longer as it was last told; what nobody hears is not made."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from drrouter.domain.ids import DeviceId
from drrouter.router.broadcast import Broadcast
from drrouter.router.facade import Change, Topic
from drrouter.router.viewed import DeviceView


class DeviceNews:
    """Compares each device with how it was told last; that it was seen and has counted on is no news."""

    def __init__(self, broadcast: Broadcast, view: Callable[[DeviceId], DeviceView]) -> None:
        """Nothing was told yet; ``view`` shows a device as it is."""
        self._broadcast, self._view = broadcast, view
        self._told: dict[DeviceId, DeviceView] = {}

    def tell(self, devices: Iterable[DeviceId]) -> None:
        """Tell those of them that have changed."""
        if not self._broadcast.is_heard(Topic.DEVICE):
            self._told.clear()
            return
        for device_id in devices:
            view = self._view(device_id)
            state = replace(view.state, seen_at=None, energy_wh=None, exported_wh=None)
            known = replace(view, state=state)
            if self._told.get(device_id) != known:
                self._told[device_id] = known
                self._broadcast.tell(Change(Topic.DEVICE, view))
