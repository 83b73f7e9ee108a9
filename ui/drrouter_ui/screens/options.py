"""The screen of the options: when a machine may start, and what each start costs; Enter takes one."""

from collections.abc import Iterable
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import OptionList

from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.option import Option
from drrouter.domain.words import clean
from drrouter.errors import HoldConflictError, HoldExpiredError
from drrouter.router.viewed import DeviceView
from drrouter_ui.draw import offers
from drrouter_ui.screens.page import Page, static
from drrouter_ui.screens.shared import Shared
from drrouter_ui.words import t


class OptionsScreen(Page):
    """The priced options of the chosen machine."""

    NAME = "options"
    KEYS = (("Enter", "take"), ("Tab", "device"), ("r", "again"))
    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "again", show=False)]

    def __init__(self, shared: Shared) -> None:
        """Nothing is asked yet."""
        super().__init__(shared)
        self._title, self._head, self._because = static("title"), static("head"), static("because")
        self._list = OptionList(id="items", markup=False)
        self._offered: tuple[Option, ...] = ()
        self._asked: DeviceId | None = None

    def body(self) -> Iterable[Widget]:
        """The options, and below them the reason of the one under the cursor."""
        return self._title, self._head, self._list, self._because

    def on_mount(self) -> None:
        """The arrows belong to the options."""
        self._list.focus()

    def on_screen_resume(self) -> None:
        """Offers hold for two minutes: fresh ones each time."""
        self._asked = None
        super().on_screen_resume()

    def action_again(self) -> None:
        """Ask again."""
        self._asked = None
        self.show()

    def draw(self) -> None:
        """Ask for options where the device is another one now."""
        view = self._machine()
        if view is None:
            self._title.update(t("options.no_machines"))
        elif view.profile.id != self._asked:
            self._asked = view.profile.id
            self._title.update(self.pen.plain(t("options.asking")))
            self.run(lambda: self._ask(view), "options")

    def action_next_device(self, places: int) -> None:
        """Be about another machine."""
        for _ in self.shared.seen.devices:
            self.shared.step(places)
            if _is_machine(self.shared.view):
                break
        self.show()

    def _machine(self) -> DeviceView | None:
        """The chosen machine, else the first one."""
        if _is_machine(self.shared.view):
            return self.shared.view
        return next(filter(_is_machine, self.shared.seen.devices), None)

    async def _ask(self, view: DeviceView) -> None:
        self._offer(view, ())
        self._offer(view, await self.shared.orders.options(view.profile.id))

    def _offer(self, view: DeviceView, offered: tuple[Option, ...]) -> None:
        self._offered, local = offered, self.shared.seen.local
        title = t("tui.options.title", name=clean(view.profile.name))
        self._title.update(Text(self.pen.plain(title), "bold"))
        self._head.update(Text(self.pen.plain(offers.head()), "dim"))
        self._list.clear_options()
        self._list.add_options([Text(self.pen.plain(offers.offer(one, local))) for one in offered])
        self._list.highlighted = 0 if offered else None
        self._because.update("")

    @on(OptionList.OptionHighlighted)
    def tell_why(self, event: OptionList.OptionHighlighted) -> None:
        """Tell the reason of the option under the cursor, and what the prices rest on."""
        if event.option_index < len(self._offered):
            option = self._offered[event.option_index]
            texts = (
                offers.because(option, self.shared.seen.local),
                offers.basis(option, self.shared.seen.local),
                t("tui.options.hint"),
            )
            self._because.update(Text(self.pen.plain("\n\n".join(texts))))

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Take this one."""
        option, view = self._offered[event.option_index], self._machine()
        if view:
            self.run(lambda: self._take(option, view), "options")

    async def _take(self, option: Option, view: DeviceView) -> None:
        try:
            self.say(await self.shared.orders.accept(option, self.shared.seen))
        except HoldConflictError as conflict:
            self.say(conflict.sentence, "warning")
            self._offer(view, tuple(conflict.options))
        except HoldExpiredError as expired:
            self.say(expired.sentence, "warning")
            await self._ask(view)


def _is_machine(view: DeviceView | None) -> bool:
    return view is not None and isinstance(view.profile.flexibility, ProfileFlexibility)
