"""Draws the providers of a home side by side, and below them what holds and who won."""

from collections.abc import Sequence

from drrouter.cli.screen import console, say, table
from drrouter.cli.words import LocalTime, named, sendable, t
from drrouter.domain.words import clean
from drrouter.router.provider_views import ProviderView


def providers(views: Sequence[ProviderView], local: LocalTime) -> None:
    """One a row; then, for each, what it orders now; then the conflicts."""
    columns = ("provider", "role", "speaks", "may_send", "link", "heard", "offline", "events")
    heads = [t(f"providers.{name}") for name in columns]
    console().print(table(heads, [_row(view, local) for view in views], frozenset(heads[-1:])))
    for view in views:
        for words in view.in_force:
            say(t("providers.now", provider=clean(view.id, 40), words=local.tell(words, 200)))
        if view.beyond:
            say(t("providers.beyond", provider=clean(view.id, 40), what=", ".join(view.beyond)))
    for sentence in dict.fromkeys(sentence for view in views for sentence in view.conflicts):
        say(local.tell(sentence, 400))


def _row(view: ProviderView, local: LocalTime) -> tuple[str, ...]:
    state = "-" if view.link is None else t("link.up" if view.link.up else "link.down")
    return (
        clean(view.id, 40),
        named("trade", view.role.value if view.role else "all"),
        view.kind or "-",
        clean(sendable(view.may_send), 300) or t("providers.nothing"),
        f"{state}, {named('freshness', view.freshness.state.value)}" if view.freshness else state,
        local.say(view.last_heard),
        named("offline", view.offline_profile),
        str(view.events),
    )
