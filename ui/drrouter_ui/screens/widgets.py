"""The parts of the screen of the day; each draws what was seen and knows no router."""

from collections.abc import Sequence
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import DataTable, Static

from drrouter.domain.ids import DeviceId
from drrouter_ui.draw.chart import chart
from drrouter_ui.draw.headline import headline
from drrouter_ui.draw.pen import Pen
from drrouter_ui.draw.rows import HEADS, cells, reason, widths
from drrouter_ui.seen import Seen
from drrouter_ui.words import language


def lines(rows: Sequence[Text]) -> Text:
    """Rows as one text that is shown as it is, never wrapped."""
    text = Text("\n", no_wrap=True).join(rows)
    text.no_wrap = True
    return text


def grid(rows: Sequence[tuple[str, str]], pen: Pen) -> Table:
    """Names and what they are; long values are folded."""
    made = Table.grid(padding=(0, 2))
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in rows:
        made.add_row(Text(pen.plain(name), "bold"), Text(pen.plain(value)))
    return made


class Line(Static):
    """One row."""

    def __init__(self, name: str) -> None:
        """Empty until it is told what to show."""
        super().__init__(id=name, classes="line", markup=False)


class Headline(Static):
    """Site, time, link, state sentence and values of now."""

    def __init__(self, pen: Pen) -> None:
        """Empty until something was seen."""
        super().__init__(id="headline", markup=False)
        self._pen, self._rows = pen, 0

    def show(self, seen: Seen, width: int) -> None:
        """Draw it anew, in rows of this width; all below moves only when their number changes."""
        rows = headline(seen, width, self._pen)
        self.update(lines(rows), layout=len(rows) != self._rows)
        self._rows = len(rows)


class PlanChart(Widget):
    """The plan, as large as there is room."""

    def __init__(self, seen: Seen, pen: Pen) -> None:
        """Draw what was seen."""
        super().__init__(id="chart")
        self._seen, self._pen = seen, pen

    def show(self, seen: Seen) -> None:
        """Draw it anew."""
        self._seen = seen
        self.refresh()

    def render(self) -> Text:
        """Called whenever the size or what was seen has changed."""
        size = self.content_size
        return lines(chart(self._seen, size.width, size.height, self._pen))


class DeviceTable(DataTable[Text]):
    """A row for each device, in columns of fixed widths; the cursor stays on its device."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home", "scroll_top", show=False),
        Binding("end", "scroll_bottom", show=False),
    ]

    def __init__(self, pen: Pen) -> None:
        """Empty until something was seen."""
        super().__init__(id="devices", cursor_type="row")
        self._pen = pen
        self._shape: tuple[object, ...] = ()

    @property
    def chosen(self) -> DeviceId | None:
        """The device under the cursor."""
        if not self.is_valid_row_index(self.cursor_row):
            return None
        key = self.coordinate_to_cell_key(self.cursor_coordinate).row_key
        return DeviceId(str(key.value))

    def show(self, seen: Seen, width: int, wanted: DeviceId | None) -> None:
        """Write what has changed, with the cursor on the wanted device."""
        shape = (widths(width), language(), tuple(view.profile.id for view in seen.devices))
        if shape != self._shape:
            self._shape = shape
            self._build(seen, widths(width))
        if wanted in self.rows and wanted != self.chosen:
            self.move_cursor(row=self.get_row_index(str(wanted)))
        chosen = self.chosen
        for view in seen.devices:
            texts = cells(view, seen, self._pen, here=view.profile.id == chosen)
            for head, text, room in zip(HEADS, texts, widths(width), strict=True):
                self._write(view.profile.id, head.name, self._pen.fit(text, room))

    def _build(self, seen: Seen, rooms: Sequence[int]) -> None:
        """New columns and rows; the cursor stays in its row."""
        row = self.cursor_row
        self.clear(columns=True)
        for head, room in zip(HEADS, rooms, strict=True):
            label = f"  {head.title}" if head is HEADS[0] else head.title
            self.add_column(Text(label), width=room, key=head.name)
        for view in seen.devices:
            self.add_row(*(Text() for _ in HEADS), key=view.profile.id)
        self.move_cursor(row=row)

    def _write(self, row: str, column: str, text: str) -> None:
        if self.get_cell(row, column).plain != text:
            self.update_cell(row, column, Text(text))


class WhyLine(Static):
    """Why the device under the cursor runs when it runs."""

    def __init__(self, pen: Pen) -> None:
        """Empty until something was seen."""
        super().__init__(id="why", markup=False)
        self._pen = pen

    def show(self, seen: Seen, device_id: DeviceId | None) -> None:
        """Tell it of this device."""
        view = seen.device(device_id)
        text = self._pen.plain(reason(view, seen)) if view else ""
        self.update(Text(text), layout=False)


class Decisions(Static):
    """The newest decisions of the router, on screens that have room for them."""

    def __init__(self, pen: Pen) -> None:
        """Empty until something was seen."""
        super().__init__(id="decisions", markup=False)
        self._pen = pen

    def show(self, seen: Seen, width: int) -> None:
        """Draw as many as there is room for, the newest first."""
        rows = [
            Text(f"{seen.local.say(entry.at):>9}  {self._pen.plain(seen.say(entry.sentence))}")
            for entry in seen.journal[: self.content_size.height or None]
        ]
        for row in rows:
            row.truncate(width, overflow="ellipsis" if self._pen.blocks else "crop")
        self.update(lines(rows), layout=False)
