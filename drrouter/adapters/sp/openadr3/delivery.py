"""Brings one report to a VTN exactly once, even where the answer to an earlier attempt was lost.

    new message        POST
    may be there       GET /reports of this event -> there: nothing, or PUT where it differs
                                                  -> not there: POST

A message may be there when an earlier attempt had no answer, or was made before this router started.
Source: facts on OpenADR 3, obligation 31.
"""

import logging
from collections.abc import Mapping

from drrouter.adapters.sp.openadr3.dialect import Dialect
from drrouter.adapters.sp.openadr3.paging import identity, read_all, rows_in, text
from drrouter.adapters.sp.openadr3.reports import LATE, report_body, report_name
from drrouter.adapters.sp.openadr3.session import VtnSession
from drrouter.domain.signal import OutboxItem
from drrouter.errors import ProviderRefusedError, ProviderUnreachableError
from drrouter.ports import Clock

log = logging.getLogger(__name__)


class Delivery:
    """Sends the outbox items of one provider."""

    def __init__(self, session: VtnSession, ven_name: str, dialect: Dialect, clock: Clock) -> None:
        """Whatever was written before now may have been sent already."""
        self._session, self._ven_name, self._dialect = session, ven_name, dialect
        self._started = clock.now()
        self._doubtful: set[str] = set()

    async def send(self, item: OutboxItem) -> None:
        """Return once the provider has the report.

        Interpretation: where the provider no longer has the event, nobody waits for the report; it is
        let go with a warning.

        Raises:
            ProviderError: it was not delivered.
        """
        body = report_body(item, self._ven_name, self._dialect.report_program(item.program_id))
        if item.created_at < self._started or item.id in self._doubtful:
            await self._reconcile(item, body)
        else:
            await self._post(item, body)
        self._doubtful.discard(item.id)

    async def _post(self, item: OutboxItem, body: Mapping[str, object]) -> None:
        self._doubtful.add(item.id)  # until there is an answer, even where nobody waits for it any more
        try:
            answer = await self._session.request("POST", "/reports", body=body)
        except ProviderRefusedError:
            self._doubtful.discard(item.id)
            if not await self._is_gone(item):
                raise
            return
        if answer.status == 409:
            await self._reconcile(item, body, again=False)
        elif not answer.ok and not await self._is_gone(item):
            raise ProviderUnreachableError(f"Provider {item.provider} has no /reports; check its url.")

    async def _is_gone(self, item: OutboxItem) -> bool:
        """Whether the provider has no such event any more, which is why it refuses the report."""
        answer = await self._session.get(f"/events/{item.event_id}")
        if answer.status != 404:
            return False
        log.warning(
            "provider %s no longer knows event %s; the %s is let go", item.provider, item.event_id, item.kind
        )
        return True

    async def _reconcile(self, item: OutboxItem, body: Mapping[str, object], again: bool = True) -> None:
        """Look whether it is there; then nothing, PUT, or (where ``again``) POST."""
        stored = await self._find(item)
        if stored is None and not again:
            raise ProviderRefusedError(
                f"Provider {item.provider} refuses the report {report_name(item)} as a double, but has none."
            )
        if stored is None:
            await self._post(item, body)
            return
        if any(stored.get(key) != body[key] for key in ("eventID", "clientName")) or not _says(stored, body):
            await self._session.request("PUT", f"/reports/{identity(stored)}", body=body)

    async def _find(self, item: OutboxItem) -> Mapping[str, object] | None:
        """The report of this name on this event, if the provider has it."""
        query = [("clientName", self._ven_name), ("eventID", str(item.event_id))]
        for row in await read_all(self._session, "/reports", query):
            if isinstance(row, Mapping) and text(row, "reportName") == report_name(item) and identity(row):
                return row
        return None


def _says(stored: Mapping[str, object], body: Mapping[str, object]) -> bool:
    """Whether both have the same resources with the same payloads, whatever else the provider added."""
    return _gist(stored) == _gist(body)


def _gist(report: Mapping[str, object]) -> list[object]:
    """Resource names with their payload types and values, in order; an earlier attempt was not late yet."""
    found: list[object] = []
    for resource in rows_in(report, "resources"):
        for interval in rows_in(resource, "intervals"):
            for payload in rows_in(interval, "payloads"):
                if text(payload, "type") == LATE:
                    continue
                found.append(
                    (text(resource, "resourceName"), text(payload, "type"), rows_in(payload, "values"))
                )
    return found
