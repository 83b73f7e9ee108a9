"""Makes this router known to a provider: its VEN, its resources, and the targets they were granted.

The VEN never writes targets; only the provider's business logic grants them (OpenADR 3.1, Definition,
"Object Privacy"). A provider that keeps no VENs, such as a public price server, is none the worse.
"""

import logging

from drrouter.adapters.sp.openadr3.dialect import Dialect
from drrouter.adapters.sp.openadr3.paging import identity, read_all, rows_in, text
from drrouter.adapters.sp.openadr3.session import VtnSession
from drrouter.adapters.sp.openadr3.settings import Openadr3Settings
from drrouter.adapters.sp.openadr3.targets import names
from drrouter.errors import ProviderRefusedError

log = logging.getLogger(__name__)


class Enrolment:
    """Our VEN at one provider; ``renew`` is called before every full poll."""

    def __init__(self, session: VtnSession, settings: Openadr3Settings, dialect: Dialect) -> None:
        """Not enrolled yet."""
        self._session, self._settings, self._dialect = session, settings, dialect
        self._complained = False
        self.ven_id = ""
        self.targets: tuple[str, ...] = ()

    async def renew(self) -> None:
        """Find or create the VEN and its resources, and read which targets both were granted.

        Raises:
            ProviderError: the provider cannot be reached; a refusal to enrol is only logged.
        """
        if not self._settings.client_id:
            return
        try:
            ven = await self._find_ven() or await self._create_ven()
            self.ven_id = identity(ven)
            resources = await self._resources() if self.ven_id else []
        except ProviderRefusedError as error:
            self._complain("provider %s does not enrol this router: %s", self._settings.id, error)
            return
        granted = [target for row in (ven, *resources) for target in rows_in(row, "targets")]
        self._dialect.learn_targets(granted)
        self.targets = names(granted)

    async def withdraw(self) -> None:
        """Delete our resources and our VEN, where the provider keeps any.

        Raises:
            ProviderError: the provider cannot be reached; a refusal is only logged.
        """
        try:
            ven_id = identity(await self._find_ven()) if self._settings.client_id else ""
            if not ven_id:
                return
            path, query = self._dialect.resources(ven_id)
            for row in await read_all(self._session, path, query):
                await self._session.request("DELETE", f"{path}/{identity(row)}")
            await self._session.request("DELETE", f"/vens/{ven_id}")
        except ProviderRefusedError as error:
            log.warning("provider %s keeps the VEN of this router: %s", self._settings.id, error)

    async def _find_ven(self) -> object:
        """Our VEN as the provider has it, None where it has none."""
        name = self._settings.ven_name
        answer = await self._session.get("/vens", [("venName", name)])
        rows = answer.body if answer.ok and isinstance(answer.body, list) else []
        return next((row for row in rows if text(row, "venName") == name and identity(row)), None)

    async def _create_ven(self) -> object:
        """Create it; somebody may have been quicker (409)."""
        answer = await self._session.request("POST", "/vens", body=self._dialect.ven(self._settings.ven_name))
        if answer.ok:
            return answer.body
        found = await self._find_ven() if answer.status == 409 else None
        if found is None:
            self._complain(
                "provider %s has no VEN named %r for this router (%s); set another ven_name if it is taken",
                self._settings.id,
                self._settings.ven_name,
                answer.status,
            )
        return found

    async def _resources(self) -> list[object]:
        """Our resources, after creating those that are missing."""
        path, query = self._dialect.resources(self.ven_id)
        rows = await read_all(self._session, path, query)
        known = {text(row, "resourceName") for row in rows}
        for name in self._settings.resources:
            if name not in known:
                body = self._dialect.resource(self.ven_id, name)
                answer = await self._session.request("POST", path, body=body)
                rows.append(answer.body)
        return rows

    def _complain(self, message: str, *args: object) -> None:
        """Warn once."""
        if not self._complained:
            log.warning(message, *args)
        self._complained = True
