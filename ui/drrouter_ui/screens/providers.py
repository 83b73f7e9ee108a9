"""The screen of the providers: what each may send, how its link is, what it asks for now."""

from collections.abc import Sequence

from drrouter.adapters.client import ProviderView
from drrouter_ui.draw.providers import details, line
from drrouter_ui.screens.lists import ListScreen


class ProvidersScreen(ListScreen):
    """All providers side by side."""

    NAME = "providers"
    KEYS = (("r", "again"),)

    async def fetch(self) -> Sequence[ProviderView]:
        """In the order of the home file."""
        return await self.shared.client.providers()

    def line(self, item: ProviderView) -> str:
        """Who, how its link is, how fresh."""
        return line(item)

    def details(self, item: ProviderView) -> list[tuple[str, str]]:
        """All of it."""
        return details(item, self.shared.seen)
