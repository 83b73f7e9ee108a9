"""The screen of the day: how the home is, the plan as a chart, and a row for each device to act on."""

from collections.abc import Iterable

from textual.widget import Widget

from drrouter_ui.screens.device_page import DevicePage
from drrouter_ui.screens.page import MARGIN
from drrouter_ui.screens.shared import Shared
from drrouter_ui.screens.widgets import Decisions, PlanChart, WhyLine


class TodayScreen(DevicePage):
    """Everything at a glance."""

    NAME = "today"

    def __init__(self, shared: Shared) -> None:
        """Nothing is drawn yet."""
        super().__init__(shared)
        self._chart = PlanChart(shared.seen, self.pen)
        self._why, self._decisions = WhyLine(self.pen), Decisions(self.pen)

    def body(self) -> Iterable[Widget]:
        """Chart, devices, why, and the newest decisions where there is room."""
        return self._chart, self.table, self._why, self._decisions

    def draw(self) -> None:
        """Draw what was seen."""
        super().draw()
        self._chart.show(self.shared.seen)
        self._why.show(self.shared.seen, self.table.chosen)
        self._decisions.show(self.shared.seen, self.app.size.width - MARGIN)
