"""Says instants and spans as people at home read them: in the home's own time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from drrouter.domain.said import Worded
from drrouter.domain.words import at_home


def clock_time(instant: datetime, zone: ZoneInfo) -> Worded:
    """Day and time, such as ``Sun 30 Jul 13:00``; a screen says the instant in its own language."""
    return Worded(f"{at_home(instant, zone):%a %d %b %H:%M}", instant)


def lasting(span: timedelta) -> str:
    """A span in the two largest units that say something, such as ``1 h 20 min``, ``15 min`` or ``40 s``."""
    seconds = max(round(span.total_seconds()), 0)
    sizes = (
        ("d", seconds // 86_400),
        ("h", seconds // 3600 % 24),
        ("min", seconds // 60 % 60),
        ("s", seconds % 60),
    )
    parts = [f"{count} {unit}" for unit, count in sizes if count]
    return " ".join(parts[:2]) or "0 s"
