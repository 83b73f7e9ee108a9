"""The screen of the advice: at most three suggestions, each with what it would save a month."""

from collections.abc import Sequence

from drrouter.adapters.client import AdviceView, Tip
from drrouter_ui.draw.tips import tip_text
from drrouter_ui.screens.lists import ListScreen
from drrouter_ui.words import money, t


class AdviceScreen(ListScreen):
    """The best suggestion first."""

    NAME = "advice"
    KEYS = (("r", "again"),)
    _told: AdviceView | None = None

    async def fetch(self) -> Sequence[Tip]:
        """Ask the router for what it has reckoned."""
        self._told = await self.shared.client.advice()
        return self._told.tips

    def heading(self) -> str:
        """What there is to say where there is no tip."""
        if self._told is None or self.items:
            return super().heading()
        days, needed = self._told.days, self._told.days_needed
        if days < needed:
            return t("tui.advice.wait", days=days, needed=needed)
        return t("advice.none")

    def line(self, item: Tip) -> str:
        """What it saves a month, and what it is."""
        saving = t("tui.advice.saves", saving=money(item.saving_per_month, self._currency))
        return f"{saving:24} {self._text(item)}"

    def details(self, item: Tip) -> list[tuple[str, str]]:
        """The whole sentence."""
        return [(t("nav.advice"), self._text(item))]

    @property
    def _currency(self) -> str:
        return self._told.currency if self._told else self.shared.seen.status.currency

    def _text(self, item: Tip) -> str:
        return tip_text(item, self._currency, self.shared.seen.local)
