"""What the keys do, what the chart shows, and what the router finds of itself."""

from collections.abc import Iterable

from drrouter.adapters.client import Finding
from drrouter_ui.seen import Seen
from drrouter_ui.words import t

_KEYS = (
    ("1 - 9", "pages"),
    ("tab", "tab"),
    ("up, down", "arrows"),
    ("n", "now"),
    ("s", "skip"),
    ("p", "pause"),
    ("a", "auto"),
    ("o, Enter", "options"),
    ("w", "why"),
    ("g", "hand"),
    ("h", "off"),
    ("v", "away"),
    ("u", "undo"),
    ("t", "theme"),
    ("q", "quit"),
)
_PARTS = ("chart", "events", "price")


def help_rows(found: Iterable[Finding], seen: Seen) -> list[tuple[str, str]]:
    """Keys and parts of the screen, each with what it does or shows, then what the doctor found."""
    rows = [(key, t(f"tui.help.{name}")) for key, name in _KEYS]
    rows += [("", ""), *((t(f"tui.help.name.{part}"), t(f"tui.help.{part}")) for part in _PARTS)]
    findings = [_finding(one, seen) for one in found]
    return [*rows, ("", ""), (t("tui.help.doctor"), ""), *findings] if findings else rows


def _finding(one: Finding, seen: Seen) -> tuple[str, str]:
    remedy = f" {seen.say(one.remedy)}" if one.remedy else ""
    return t(f"tui.level.{one.level.value}"), f"{seen.say(one.sentence)}{remedy}"
