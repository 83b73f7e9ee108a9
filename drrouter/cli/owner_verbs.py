"""Verbs of the owner's word over the whole home: opt-outs, hands off, days away."""

from typing import TYPE_CHECKING, Annotated

import typer

from drrouter.cli import completion
from drrouter.cli.words import t

if TYPE_CHECKING:
    from drrouter.adapters.client import DrClient

Until = Annotated[
    str | None, typer.Option("--until", metavar="TIME", help="Until when, such as 22:00 or 'tomorrow 07:00'.")
]
_Event = Annotated[
    str | None,
    typer.Argument(
        help="The event's id, as `drrouter events --json` tells it; without it, all.",
        show_default=False,
        autocompletion=completion.events,
    ),
]
_Provider = Annotated[
    str | None,
    typer.Option(
        "--provider",
        metavar="ID",
        help="Whose events; without it, everybody's.",
        autocompletion=completion.providers,
    ),
]
_Device = Annotated[
    str | None,
    typer.Option(
        "--device",
        metavar="ID",
        help="This device alone; else the whole home.",
        autocompletion=completion.devices,
    ),
]


async def opt_out(
    client: "DrClient",
    event: _Event = None,
    provider: _Provider = None,
    device: _Device = None,
    until: Until = None,
) -> None:
    """Take the home, or one device, out of providers' orders for a while; the provider is told.

    Examples: `drrouter opt-out shed-1`, `drrouter opt-out --device car --until 22:00`,
    `drrouter opt-out --provider grid --until 'tomorrow 07:00'`
    """
    from drrouter.cli import screen, show
    from drrouter.domain.ids import DeviceId, EventId, ProviderId
    from drrouter.domain.words import clean

    local = show.local_time(await client.status())
    if event is None and until is None:
        raise typer.BadParameter(t("opt_out.endless"))
    if event is not None and provider is None:
        provider = _provider_of(event, [(one.event.provider, one.event.id) for one in await client.events()])
    word = await client.opt_out(
        ProviderId(provider) if provider else None,
        EventId(event) if event else None,
        DeviceId(device) if device else None,
        local.parse(until) if until else None,
    )
    who = clean(device) if device else t("opt_out.home")
    of = t("opt_out.of_provider", provider=clean(provider)) if provider else t("opt_out.of_all")
    what = clean(event) if event else of
    screen.say(t("opt_out.made", who=who, what=what, until=local.say(word.until)))
    screen.say(t("opt_out.undo", id=clean(word.id)))


async def opt_in(
    client: "DrClient",
    word: Annotated[
        str | None,
        typer.Argument(
            metavar="ID",
            help="As `opt-out` told it; without it, all.",
            show_default=False,
            autocompletion=completion.opt_outs,
        ),
    ] = None,
) -> None:
    """Take part in providers' orders again.

    Examples: `drrouter opt-in`, `drrouter opt-in 'grid:shed-1:*'`
    """
    from drrouter.cli import screen

    standing = (await client.status()).opt_outs
    chosen = [one.id for one in standing] if word is None else [word]
    for one in chosen:
        await client.opt_in(one)
    screen.say(t("opt_in.done" if chosen else "opt_in.nothing"))


async def hands_off(client: "DrClient", until: Until = None) -> None:
    """Steer nothing: every device is as it would be without the router, until then or until `steer`.

    Examples: `drrouter hands-off`, `drrouter hands-off --until 'tomorrow 07:00'`
    """
    from drrouter.cli import screen, show

    local = show.local_time(await client.status())
    word = await client.take_hands_off(local.parse(until) if until else None)
    key = "hands_off.until" if word.until else "hands_off.open"
    screen.say(t(key, until=local.say(word.until)))


async def steer(client: "DrClient") -> None:
    """Steer again after `hands-off`.

    Examples: `drrouter steer`
    """
    from drrouter.cli import screen

    await client.steer()
    screen.say(t("steer.again"))


async def vacation(
    client: "DrClient",
    end: Annotated[
        str | None,
        typer.Argument(
            metavar="END", help="When you are back, such as '2027-01-07 18:00'.", show_default=False
        ),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="When you leave; without it, now.")
    ] = None,
    over: Annotated[bool, typer.Option("--over", help="You are back already.")] = False,
) -> None:
    """Say when nobody is at home: no car is charged by itself, and warm water may cool until shortly before.

    Examples: `drrouter vacation '2027-01-07 18:00'`,
    `drrouter vacation --from 'tomorrow 08:00' '2027-01-07 18:00'`, `drrouter vacation --over`
    """
    from drrouter.cli import screen, show

    if over:
        await client.come_back()
        screen.say(t("vacation.over"))
        return
    local = show.local_time(await client.status())
    if end is None:
        raise typer.BadParameter(t("vacation.endless"))
    word = await client.go_away(local.parse(end), local.parse(start) if start else None)
    screen.say(t("vacation.made", start=local.say(word.start), end=local.say(word.end)))


def _provider_of(event: str, known: list[tuple[str, str]]) -> str:
    """Whose event it is.

    Raises:
        typer.BadParameter: nobody's, or two providers have one of that id.
    """
    from drrouter.domain.words import clean

    found = [provider for provider, event_id in known if event_id == event]
    if not found:
        raise typer.BadParameter(t("opt_out.no_event", event=clean(event)))
    if len(found) > 1:
        raise typer.BadParameter(t("opt_out.several", event=clean(event)))
    return found[0]
