"""What the owner has said that still holds: hands off, days away, opt-outs, overrides, with their ends."""

from rich.text import Text

from drrouter.domain.words import clean
from drrouter_ui.draw.pen import DEAR, Pen
from drrouter_ui.seen import Seen
from drrouter_ui.words import t

_MOST_OVERRIDES = 3


def standing(seen: Seen, pen: Pen) -> list[Text]:
    """A row for the whole home, and one for single devices; none where nothing is said."""
    rows = [" ".join(texts) for texts in (_home(seen), _devices(seen)) if texts]
    return [Text(f"{pen.here} {pen.plain(row)}", f"bold {DEAR}") for row in rows]


def _home(seen: Seen) -> list[str]:
    status, local, texts = seen.status, seen.local, []
    if off := status.hands_off:
        left = local.left(off.until) if off.until else ""
        until = local.say(off.until)
        texts.append(t("tui.off.until", until=until, left=left) if off.until else t("tui.off.on"))
    if away := status.vacation:
        key = "tui.away.now" if away.holds(status.now) else "tui.away.from"
        texts.append(t(key, start=local.say(away.start), end=local.say(away.end)))
    if status.opt_outs:
        texts.append(t("tui.opted_out", count=len(status.opt_outs)))
    return texts


def _devices(seen: Seen) -> list[str]:
    """Overrides, the next to end first."""
    held = [(view.override.until, view.override.mode, view) for view in seen.devices if view.override]
    held.sort(key=lambda one: one[0])
    texts = [
        t(f"tui.override.{mode.value}", name=clean(view.profile.name, 30), left=seen.local.left(until))
        for until, mode, view in held[:_MOST_OVERRIDES]
    ]
    more = len(held) - _MOST_OVERRIDES
    return [", ".join(texts) + (f" +{more}" if more > 0 else "") + "."] if texts else []
