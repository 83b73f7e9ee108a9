"""What all screens of one attached router share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from drrouter.adapters.client import DrClient
from drrouter.domain.ids import DeviceId
from drrouter.router.viewed import DeviceView
from drrouter_ui.draw.pen import Pen
from drrouter_ui.live import Pause
from drrouter_ui.orders import Orders
from drrouter_ui.seen import Seen

PAGES = ("today", "devices", "options", "why", "events", "history", "advice", "providers", "settings")
"""The screens by their keys, 1 to 9; each is named ``nav.`` and this in the catalogue."""

Undo = Callable[[], Awaitable[str]]


@dataclass(slots=True)
class Shared:
    """The router, how to draw, and what the person looks at.

    Attributes:
        seen: the router as it was last seen.
        chosen: the device under the cursor; all screens that are about one device are about this one.
        undo: takes back what was done last; None where nothing is to be taken back.
        pause: waits for real seconds.
    """

    client: DrClient
    orders: Orders
    pen: Pen
    pause: Pause
    seen: Seen
    chosen: DeviceId | None = None
    undo: Undo | None = None

    @property
    def view(self) -> DeviceView | None:
        """The chosen device, else the first one."""
        return self.seen.device(self.chosen) or next(iter(self.seen.devices), None)

    def step(self, places: int) -> None:
        """Choose a device further on, round and round."""
        ids = [view.profile.id for view in self.seen.devices]
        if ids:
            here = ids.index(self.chosen) if self.chosen in ids else 0
            self.chosen = ids[(here + places) % len(ids)]
