"""Says instants as people at home read them: in the home's own time."""

from datetime import datetime
from zoneinfo import ZoneInfo


def said(instant: datetime, zone: ZoneInfo) -> str:
    """Day and time, such as ``Sun 30 Jul 13:00``."""
    return f"{instant.astimezone(zone):%a %d %b %H:%M}"
