"""What every screen has: the head with what the owner has said, the row of screens, and the row of keys."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from drrouter.errors import DrrouterError
from drrouter_ui.draw import bars
from drrouter_ui.screens.dialogs import ChoiceDialog, PagesDialog
from drrouter_ui.screens.help import help_rows
from drrouter_ui.screens.shared import PAGES, Shared
from drrouter_ui.screens.widgets import Headline, Line
from drrouter_ui.words import t

MARGIN = 2
_HOURS_OFF = (1, 4)
_DAYS_AWAY = (1, 2, 7, 14)
_MORNING, _EVENING = 7, 18


class Page(Screen[None]):
    """One screen; ``show`` draws what was seen, and is called again whenever something is new."""

    NAME: ClassVar[str]
    KEYS: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Its own keys, each with its name in the catalogue, the most wanted first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(place), f"app.go('{name}')", show=False) for place, name in enumerate(PAGES, 1)),
        Binding("h", "hands_off", show=False),
        Binding("v", "vacation", show=False),
        Binding("u", "undo", show=False),
        Binding("question_mark", "help", show=False),
        Binding("tab", "next_device(1)", show=False),
        Binding("shift+tab", "next_device(-1)", show=False),
    ]

    def __init__(self, shared: Shared) -> None:
        """Nothing is drawn yet."""
        super().__init__()
        self.shared, self.pen = shared, shared.pen
        self._headline, self._tabs, self._keys = Headline(self.pen), Line("tabs"), Line("keys")

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self._headline
        yield self._tabs
        yield from self.body()
        yield self._keys

    def body(self) -> Iterable[Widget]:
        """What stands between the row of screens and the row of keys."""
        raise NotImplementedError

    def draw(self) -> None:
        """Draw the body."""
        raise NotImplementedError

    def show(self) -> None:
        """Draw all that was seen."""
        if not self.is_mounted:
            return
        width = self.app.size.width - MARGIN
        self.set_class(self.shared.seen.gone is not None, "-gone")
        self._headline.show(self.shared.seen, width)
        self._tabs.update(bars.tabs(self.NAME, width, self.pen))
        self._keys.update(bars.keys(self.KEYS, width, self.pen))
        self.draw()

    def on_resize(self) -> None:
        """Widths have changed; also called when the screen opens."""
        self.call_after_refresh(self.show)

    def on_screen_resume(self) -> None:
        """Something may have happened meanwhile."""
        self.call_after_refresh(self.show)

    # Keys of every screen

    def action_next_device(self, places: int) -> None:
        """Be about another device."""
        self.shared.step(places)
        self.show()

    def action_hands_off(self) -> None:
        """Steer again, or ask for how long nothing shall be steered."""
        if self.shared.seen.status.hands_off:
            self.tell(self.shared.orders.steer)
        else:
            self.run(self._hands_off)

    def action_vacation(self) -> None:
        """Somebody is at home again, or ask until when nobody is."""
        self.run(self._come_back if self.shared.seen.status.vacation else self._go_away)

    def action_undo(self) -> None:
        """Take back what was done last."""
        undo, self.shared.undo = self.shared.undo, None
        if undo is None:
            self.say(t("tui.undo.nothing"))
        else:
            self.tell(undo)

    def action_help(self) -> None:
        """What the keys do, and how the router is."""
        self.run(self._help)

    async def _hands_off(self) -> None:
        local = self.shared.seen.local
        choices: list[tuple[Any, str]] = [
            (local.now + timedelta(hours=hours), t("tui.for_hours", count=hours)) for hours in _HOURS_OFF
        ]
        morning = local.next_at(_MORNING)
        choices += [(morning, t("tui.until", at=local.say(morning))), ("", t("tui.off.forever"))]
        until = await self.ask(t("tui.off.title"), choices, t("tui.off.hint"))
        if until is not None:
            self.say(await self.shared.orders.hands_off(until or None, self.shared.seen))

    async def _go_away(self) -> None:
        local = self.shared.seen.local
        ends = [local.next_at(_EVENING, days) for days in _DAYS_AWAY]
        choices = [(end, t("tui.until", at=local.say(end))) for end in ends]
        if end := await self.ask(t("tui.away.title"), choices, t("tui.away.hint")):
            self.say(await self.shared.orders.go_away(end, self.shared.seen))

    async def _come_back(self) -> None:
        if await self.sure(t("tui.away.over")):
            self.say(await self.shared.orders.come_back())

    async def _help(self) -> None:
        try:
            found = await self.shared.client.doctor()
        except DrrouterError:
            found = ()  # its keys can be told of without the router
        self.app.push_screen(PagesDialog(t("tui.help.title"), help_rows(found, self.shared.seen), self.pen))

    # Asking and telling

    async def ask(self, title: str, choices: Iterable[tuple[Any, str]], hint: str = "") -> Any:
        """One of the choices, or None."""
        return await self.app.push_screen_wait(ChoiceDialog(title, list(choices), hint, self.pen))

    async def sure(self, question: str) -> bool:
        """Whether the person means it; No stands first."""
        return bool(await self.ask(question, [(False, t("tui.no")), (True, t("tui.yes"))]))

    def tell(self, order: Callable[[], Awaitable[str]]) -> None:
        """Give an order, and tell what the router says to it."""

        async def give() -> None:
            self.say(await order())

        self.run(give)

    def run(self, work: Callable[[], Awaitable[None]], group: str = "default") -> None:
        """Do it beside everything else; what goes wrong is one sentence.

        Args:
            group: of all but the usual one, the newest work ends what goes before it.
        """

        async def guarded() -> None:
            try:
                await work()
            except DrrouterError as error:
                self.say(error.sentence, "error")

        self.run_worker(guarded, group=group, exclusive=group != "default")  # type: ignore[arg-type] # cannot tell callables apart

    def say(self, sentence: str, severity: Any = "information") -> None:
        """One sentence in a corner, the router's own in the person's language; all it holds is text."""
        self.app.notify(self.pen.plain(self.shared.seen.say(sentence, 300)), severity=severity, markup=False)


def static(name: str) -> Static:
    """An empty part of a screen that shows text as text."""
    return Static(id=name, markup=False)
