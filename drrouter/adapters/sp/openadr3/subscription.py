"""Keeps one subscription at the provider, so that its notices reach our webhook."""

import logging
from collections.abc import Sequence

from drrouter.adapters.sp.openadr3.dialect import Dialect
from drrouter.adapters.sp.openadr3.paging import identity, read_all, text
from drrouter.adapters.sp.openadr3.session import VtnSession
from drrouter.adapters.sp.openadr3.settings import Openadr3Settings
from drrouter.adapters.sp.openadr3.webhook import Webhook
from drrouter.errors import DocumentError, ProviderRefusedError

log = logging.getLogger(__name__)

_OBJECTS = ["EVENT", "PROGRAM"]
_OPERATIONS = ["CREATE", "UPDATE", "DELETE"]


class Subscription:
    """Listener and subscription together; without a working one the router polls, and says so once."""

    def __init__(
        self, session: VtnSession, settings: Openadr3Settings, dialect: Dialect, webhook: Webhook | None
    ) -> None:
        """Subscribe to nothing yet; ``webhook`` is None where the owner wants polling only."""
        self._session, self._settings, self._dialect = session, settings, dialect
        self._webhook, self._listening = webhook, False
        self._ids: list[str] = []
        self._targets: tuple[str, ...] = ()
        self._complained = False

    async def listen(self) -> None:
        """Start the listener; a failure costs the push only."""
        if self._webhook is None:
            return
        try:
            await self._webhook.start()
        except (OSError, DocumentError) as error:
            self._complain(error)
        else:
            self._listening = True

    async def close(self) -> None:
        """Stop the listener; the next start replaces the subscription."""
        self._listening = False
        if self._webhook is not None:
            await self._webhook.close()

    async def renew(self, targets: Sequence[str]) -> bool:
        """Make sure that the provider still has the subscription, for what is meant for these targets, too.

        Returns:
            Whether it had to be made anew, so that notices may have been missed until now.

        Raises:
            ProviderError: the provider cannot be reached; a refusal to subscribe is only logged.
        """
        if self._webhook is None or not self._listening:
            return False
        if self._targets == tuple(targets) and await self._stands():
            return False
        try:
            await self.remove()
            self._ids = await self._subscribe(self._webhook, targets)
            self._targets = tuple(targets)
        except ProviderRefusedError as error:
            self._complain(error)
            return False
        return True

    async def _stands(self) -> bool:
        """Whether it is there: a provider that was restarted may have forgotten it."""
        answers = [await self._session.get(f"/subscriptions/{found}") for found in self._ids]
        return bool(answers) and all(answer.ok for answer in answers)

    async def remove(self) -> None:
        """Take away what an earlier run of this router left: its token is no longer known to anybody.

        Raises:
            ProviderError: the provider cannot be reached, or does not let us.
        """
        name = self._settings.ven_name
        for row in await read_all(self._session, "/subscriptions", [("clientName", name)]):
            if text(row, "clientName") == name and identity(row):
                await self._session.request("DELETE", f"/subscriptions/{identity(row)}")

    async def _subscribe(self, webhook: Webhook, targets: Sequence[str]) -> list[str]:
        operation = {
            "objects": _OBJECTS,
            "operations": _OPERATIONS,
            "callbackUrl": webhook.callback_url,
            "bearerToken": webhook.token,
        }
        made: list[str] = []
        for body in self._dialect.subscriptions(self._settings.ven_name, operation, targets):
            answer = await self._session.request("POST", "/subscriptions", body=body)
            if not answer.ok or not identity(answer.body):
                raise ProviderRefusedError(f"the subscription was answered {answer.status}")
            made.append(identity(answer.body))
        return made

    def _complain(self, error: Exception) -> None:
        """Warn once."""
        if not self._complained:
            log.warning("provider %s cannot push, it is polled only: %s", self._settings.id, error)
        self._complained = True
