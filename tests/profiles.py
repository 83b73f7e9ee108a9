"""Offline profiles in one line each, for tests of every room; their local time is Amsterdam's."""

from drrouter.errors import DocumentError, ProviderError
from drrouter.tariff import OfflineDocument, read_offline

EVENING = '[[peak]]\nid = "evening"\nhours = ["17:00-20:00"]\n'


def profile_text(
    parts: str = EVENING,
    *,
    link_s: float = 900,
    data_s: float | None = None,
    version: int = 1,
    valid: tuple[str, str] = ("2026-01-01", "2026-12-31"),
    more: str = "",
) -> bytes:
    """An offline profile as it is written."""
    data = "" if data_s is None else f", data_timeout_s = {data_s}"
    return f"""# SPDX-License-Identifier: CC0-1.0
schema = "drrouter.offline/1"
id = "acme.offline"
version = {version}
name = "Evenings"
provider = "Acme"
time_zone = "Europe/Amsterdam"
valid = {{ from = {valid[0]}, until = {valid[1]} }}
timeouts = {{ link_timeout_s = {link_s}{data} }}
{more}
{parts}
""".encode()


def a_profile(
    parts: str = EVENING,
    *,
    link_s: float = 900,
    data_s: float | None = None,
    version: int = 1,
    valid: tuple[str, str] = ("2026-01-01", "2026-12-31"),
    more: str = "",
) -> OfflineDocument:
    """An offline profile that was read."""
    text = profile_text(parts, link_s=link_s, data_s=data_s, version=version, valid=valid, more=more)
    return read_offline(text, "acme.toml")


class MemorySource:
    """A document that a test changes; ``error`` is raised where it cannot be read."""

    def __init__(self, data: bytes = b"", where: str = "https://acme.example/offline.toml") -> None:
        self.data, self.where = data, where
        self.error: ProviderError | DocumentError | None = None
        self.asked = 0

    async def read(self) -> bytes:
        self.asked += 1
        if self.error:
            raise self.error
        return self.data
