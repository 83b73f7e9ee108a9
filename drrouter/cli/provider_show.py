"""Draws the providers of a home side by side, and below them what holds and who won."""

from collections.abc import Sequence

from drrouter.cli.screen import console, say, table
from drrouter.cli.words import LocalTime
from drrouter.domain.words import clean
from drrouter.router.provider_views import ProviderView


def providers(views: Sequence[ProviderView], local: LocalTime) -> None:
    """One a row; then, for each, what it orders now; then the conflicts."""
    heads = ("provider", "role", "speaks", "may send", "link", "last heard", "offline profile", "events")
    console().print(table(heads, [_row(view, local) for view in views], frozenset({"events"})))
    for view in views:
        for words in view.in_force:
            say(f"{clean(view.id, 40)} now: {clean(words, 200)}")
        if view.beyond:
            say(f"{clean(view.id, 40)} sent what it may not send: {', '.join(view.beyond)}")
    for sentence in dict.fromkeys(sentence for view in views for sentence in view.conflicts):
        say(clean(sentence, 400))


def _row(view: ProviderView, local: LocalTime) -> tuple[str, ...]:
    state = "-" if view.link is None else "up" if view.link.up else "down"
    return (
        clean(view.id, 40),
        view.role.value if view.role else "all",
        view.kind or "-",
        ", ".join(view.may_send) or "nothing",
        f"{state}, {view.freshness.state.value}" if view.freshness else state,
        local.say(view.last_heard),
        view.offline_profile.replace("_", " "),
        str(view.events),
    )
