"""The screen of the settings: language and colours of the person, kept by the router for every screen."""

from collections.abc import Sequence
from typing import NamedTuple

from textual import on
from textual.widgets import OptionList

from drrouter.errors import DrrouterError
from drrouter_ui.screens.lists import ListScreen
from drrouter_ui.words import LANGUAGE_NAMES, LANGUAGES, language, speak, t

_THEMES = ("dark", "light")


class Choice(NamedTuple):
    """One value that a setting may have."""

    setting: str
    value: str


class SettingsScreen(ListScreen):
    """Enter takes what is under the cursor, at once and for the next time."""

    NAME = "settings"
    KEYS = (("Enter", "choose"), ("t", "theme"))

    async def fetch(self) -> Sequence[Choice]:
        """Every choice that there is."""
        languages = [Choice("language", name) for name in LANGUAGES]
        return (*languages, *(Choice("theme", name) for name in _THEMES))

    def line(self, item: Choice) -> str:
        """The setting, the value, and a mark where it is in force."""
        if item.setting == "language":
            mark = "*" if item.value == language() else " "
            return f"{mark} {t('settings.language')}: {LANGUAGE_NAMES[item.value]}"
        mark = "*" if self.app.current_theme.dark == (item.value == "dark") else " "
        return f"{mark} {t('settings.theme')}: {t(f'settings.theme.{item.value}')}"

    def details(self, item: Choice) -> list[tuple[str, str]]:
        """Where the router is and which version it has."""
        status = self.shared.seen.status
        return [
            (t("tui.settings.router"), self.shared.client.url),
            (t("tui.settings.version"), status.version),
            (t("tui.settings.zone"), status.time_zone),
            ("", t("tui.settings.hint")),
        ]

    @on(OptionList.OptionSelected)
    def choose(self) -> None:
        """Take it, and let the router keep it."""
        item: Choice | None = self.item
        if item is not None:
            self.run(lambda: self._take(item))

    async def _take(self, item: Choice) -> None:
        if item.setting == "language":
            speak(item.value)
        elif not self.app.no_color:
            self.app.theme = f"textual-{item.value}"
        self.list.clear_options()
        self.items = ()
        await self.renew()
        self.show()
        try:
            await self.shared.client.set_settings(**{item.setting: item.value})
        except DrrouterError as error:
            self.say(f"{t('tui.settings.not_kept')} {self.shared.seen.say(error.sentence)}", "warning")
        else:
            self.say(t("tui.settings.kept"))
