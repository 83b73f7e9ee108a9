"""The client's part for setting a home up; ``DrClient.setup`` is a ``SetupFacade`` like the router's own."""

import json
from collections.abc import Mapping
from typing import Any

from drrouter.adapters.client_talk import Talk
from drrouter.router.setting_up import SetupChoices, SetupView, Table
from drrouter.router.strangers import Stranger


class SetupClient:
    """The home file of one router."""

    def __init__(self, router: Talk) -> None:
        """Know how to reach the router."""
        self._router = router

    async def view(self) -> SetupView:
        """What the home file says now."""
        return await self._ask("GET", ("setup",))

    async def choices(self) -> SetupChoices:
        """What there is to choose from."""
        answer = await self._router.exchange("GET", ("setup", "choices"), {})
        choices: SetupChoices = self._router.understand(SetupChoices, answer.content)
        return choices

    async def found(self) -> tuple[Stranger, ...]:
        """Found devices that are none of the home file yet."""
        answer = await self._router.exchange("GET", ("setup", "found"), {})
        found: tuple[Stranger, ...] = self._router.understand(tuple[Stranger, ...], answer.content)
        return found

    async def site(self, keys: Table) -> SetupView:
        """Change keys of the home."""
        return await self._ask("PUT", ("setup", "site"), keys)

    async def tariff(self, keys: Table) -> SetupView:
        """Take another tariff."""
        return await self._ask("PUT", ("setup", "tariff"), keys)

    async def provider(self, keys: Table, secret: str | None = None) -> SetupView:
        """Add or change a provider."""
        return await self._ask("POST", ("setup", "providers"), {**keys, **_secret(secret)})

    async def drop_provider(self, name: str) -> SetupView:
        """Take a provider out."""
        return await self._ask("DELETE", ("setup", "providers", name))

    async def device(self, keys: Table) -> SetupView:
        """Add or change a device."""
        return await self._ask("POST", ("setup", "devices"), keys)

    async def drop_device(self, name: str) -> SetupView:
        """Take a device out."""
        return await self._ask("DELETE", ("setup", "devices", name))

    async def integration(self, domain: str, keys: Table, secret: str | None = None) -> SetupView:
        """Change keys of an integration's table."""
        body = {"settings": dict(keys), **_secret(secret)}
        return await self._ask("PUT", ("setup", "integrations", domain), body)

    async def apply(self) -> None:
        """Let the router begin anew."""
        await self._router.exchange("POST", ("setup", "apply"), {})

    async def _ask(
        self, method: str, path: tuple[str, ...], body: Mapping[str, Any] | None = None
    ) -> SetupView:
        packed = None if body is None else (json.dumps(body).encode(), "application/json")
        answer = await self._router.exchange(method, path, {}, packed)
        view: SetupView = self._router.understand(SetupView, answer.content)
        return view


def _secret(secret: str | None) -> dict[str, str]:
    return {} if secret is None else {"secret": secret}
