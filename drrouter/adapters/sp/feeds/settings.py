"""What a feed needs to be told."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from drrouter.domain.ids import ProviderId

MOST_FETCH_BYTES = 8 * 1024 * 1024

Direction = Literal["import", "export", "both"]


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """One feed.

    Attributes:
        id: its name in the home file.
        format: a key of ``drrouter.tariff.feeds.FORMATS``.
        url: where it is read, with placeholders (see ``addresses``); empty reads ``file``.
        file: a file that something else keeps fresh; None reads ``url``.
        area: which part of the document is meant; empty where it holds one.
        currency: of the home.
        zone: of the home; days in addresses are its days.
        direction: whether the prices are of import, of what is fed in, or of both.
        token: sent as the feed wants it; empty sends none.
        ca_file: the authority trusted for it; None trusts the system's.
        keep_in: the folder in which its documents are kept as they came; None keeps none.
        unverified: whether whoever answers is believed; the owner wrote why.
        poll_s: domain seconds between two looks.
        jitter: share of ``poll_s`` by which a look may come later.
        timeout_s: real seconds that one exchange may take.
    """

    id: ProviderId
    format: str
    zone: ZoneInfo
    url: str = ""
    file: Path | None = None
    area: str = ""
    currency: str = ""
    direction: Direction = "import"
    token: str = field(default="", repr=False)
    ca_file: Path | None = None
    poll_s: float = 900.0
    jitter: float = 0.1
    timeout_s: float = 15.0
    unverified: bool = False
    keep_in: Path | None = None


def addresses(url: str, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """The addresses to read now, those that must be there first.

        {day}                             today's date, and a second address with tomorrow's
        {from} {until}                    local midnights around today and tomorrow, 2026-06-09T22:00:00Z
        {from_compact} {until_compact}    the same as 202606092200

    Only the first address must be there: tomorrow's prices come in the afternoon.
    """
    today = now.astimezone(zone).date()
    edges = [datetime.combine(today + timedelta(days=n), time(), zone).astimezone(UTC) for n in (0, 2)]
    for name, edge in zip(("from", "until"), edges, strict=True):
        url = url.replace(f"{{{name}}}", f"{edge:%Y-%m-%dT%H:%M:%SZ}")
        url = url.replace(f"{{{name}_compact}}", f"{edge:%Y%m%d%H%M}")
    if "{day}" not in url:
        return (url,)
    return tuple(url.replace("{day}", f"{today + timedelta(days=n)}") for n in (0, 1))
