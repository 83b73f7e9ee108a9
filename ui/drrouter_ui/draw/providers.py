"""Service providers: one line each, and all that is known of one."""

from drrouter.adapters.client import ProviderView
from drrouter.domain.words import clean
from drrouter_ui.draw.why import Rows
from drrouter_ui.seen import Seen
from drrouter_ui.words import sendable, t

_MOST = 6


def line(view: ProviderView) -> str:
    """Who it is, its trade, whether its link works, and how fresh what is known of it is."""
    up = t(
        "tui.providers.no_link"
        if view.link is None
        else "tui.providers.up"
        if view.link.up
        else "tui.providers.down"
    )
    fresh = t(f"tui.fresh.{view.freshness.state.value}") if view.freshness else ""
    return f"{clean(view.id, 20):20} {_role(view):14} {up:16} {fresh}".rstrip()


def details(view: ProviderView, seen: Seen) -> Rows:
    """Names and values."""
    local = seen.local
    rows: Rows = [
        (t("tui.providers.kind"), clean(view.kind, 30) or "-"),
        (t("tui.providers.may"), clean(sendable(view.may_send), 300) or "-"),
        (t("tui.providers.heard"), local.say(view.last_heard)),
    ]
    if view.link and not view.link.up:
        rows.append((t("tui.providers.link"), seen.say(view.link.sentence, 300)))
    if view.freshness:
        rows.append((t("tui.providers.fresh"), seen.say(view.freshness.sentence, 300)))
    rows.append((t("tui.providers.offline"), t(f"tui.offline.{view.offline_profile}")))
    rows += [(t("tui.providers.now"), seen.say(text, 200)) for text in view.in_force[:_MOST]]
    if view.beyond:
        rows.append((t("tui.providers.beyond"), ", ".join(kind.value for kind in view.beyond)))
    rows += [(t("tui.providers.conflict"), seen.say(text, 200)) for text in view.conflicts[:_MOST]]
    rows += [(local.say(entry.at), seen.say(entry.sentence)) for entry in view.evidence[:_MOST]]
    return rows


def _role(view: ProviderView) -> str:
    return t(f"tui.role.{view.role.value}") if view.role else "-"
