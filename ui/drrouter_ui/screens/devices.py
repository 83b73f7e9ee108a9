"""The screen of the devices: the table, and all that is known of the one under the cursor."""

from collections.abc import Iterable

from textual.containers import VerticalScroll
from textual.widget import Widget

from drrouter_ui.draw.facts import facts
from drrouter_ui.screens.device_page import DevicePage
from drrouter_ui.screens.page import static
from drrouter_ui.screens.shared import Shared
from drrouter_ui.screens.widgets import grid


class DevicesScreen(DevicePage):
    """Each device, and the facts of one."""

    NAME = "devices"

    def __init__(self, shared: Shared) -> None:
        """Nothing is drawn yet."""
        super().__init__(shared)
        self._facts = static("facts")

    def body(self) -> Iterable[Widget]:
        """The table above, the facts below."""
        return self.table, VerticalScroll(self._facts, id="details", can_focus=False)

    def draw(self) -> None:
        """Draw what was seen."""
        super().draw()
        view = self.chosen()
        self._facts.update(grid(facts(view, self.shared.seen) if view else [], self.pen))
