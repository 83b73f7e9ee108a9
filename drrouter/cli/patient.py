"""The client as the command line uses it: while the router takes its time, a line says what is waited for."""

from drrouter.adapters.client import DrClient
from drrouter.adapters.client_talk import Received
from drrouter.cli.progress import waiting
from drrouter.cli.words import t

_WORK = ("options", "what-if", "doctor", "bundle", "history", "advice", "leave", "apply")
"""Parts of an address behind which the router works for a while; each has words of its own."""


class PatientClient(DrClient):
    """Speaks to one router, and shows that it waits."""

    async def exchange(
        self,
        method: str,
        path: tuple[str, ...],
        query: dict[str, str],
        body: tuple[bytes, str] | None = None,
        total_s: float | None = None,
    ) -> Received:
        """One request and its answer."""
        with waiting(self._awaited(path)):
            return await super().exchange(method, path, query, body, total_s)

    def _awaited(self, path: tuple[str, ...]) -> str:
        """What is waited for, in words."""
        work = next((part for part in path if part.partition(".")[0] in _WORK), None)
        return t(f"progress.{work.partition('.')[0]}") if work else t("progress.router", url=self.url)
