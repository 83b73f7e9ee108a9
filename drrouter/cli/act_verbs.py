"""Verbs that act: options and their acceptance, overrides, wishes."""

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from drrouter.cli import completion
from drrouter.cli.exits import FAILURE, IMPOSSIBLE
from drrouter.cli.read_verbs import Device, Json
from drrouter.cli.words import level as level_of
from drrouter.cli.words import parse_span, t

if TYPE_CHECKING:
    from drrouter.adapters.client import DrClient

Programme = Annotated[
    str | None,
    typer.Option(
        "--programme",
        metavar="ID",
        help="The programme's id; else the router's choice.",
        autocompletion=completion.programmes,
    ),
]
Earliest = Annotated[
    str | None, typer.Option("--earliest", metavar="TIME", help="Not before, such as 18:00.")
]
ReadyBy = Annotated[
    str | None, typer.Option("--ready-by", metavar="TIME", help="Done by, such as 07:00 or 'tomorrow 07:00'.")
]


class Order(StrEnum):
    """What a person orders; ``auto`` gives the device back to the plan."""

    ON = "on"
    OFF = "off"
    AUTO = "auto"


async def options(
    client: "DrClient",
    device: Device,
    programme: Programme = None,
    earliest: Earliest = None,
    ready_by: ReadyBy = None,
    json: Json = False,
) -> int | None:
    """Ask which options are available now: priced starts of a programme, each held for a while.

    Examples: `drrouter options washer`, `drrouter options dishwasher --programme eco --ready-by 07:00`
    """
    from drrouter.cli import screen, show
    from drrouter.domain.ids import DeviceId, ProgrammeId
    from drrouter.domain.option import Option
    from drrouter.router.facade import OptionsRequest

    local = show.local_time(await client.status())
    request = OptionsRequest(
        ProgrammeId(programme) if programme else None,
        local.parse(earliest) if earliest else None,
        local.parse(ready_by) if ready_by else None,
    )
    offered = await client.options(DeviceId(device), request)
    if json:
        screen.print_json(tuple[Option, ...], offered)
    else:
        show.options(offered, local)
    if not offered:
        screen.say(t("options.none"))
    return None if offered else IMPOSSIBLE


async def accept(
    client: "DrClient",
    option: Annotated[str, typer.Argument(metavar="TOKEN", help="The option's token.", show_default=False)],
    json: Json = False,
) -> int | None:
    """Take an option; from then on no plan moves it.

    Examples: `drrouter accept 3f9a`, `drrouter accept 3f9a --json`
    """
    from drrouter.cli import screen, show
    from drrouter.domain.ids import HoldToken
    from drrouter.domain.wish import Commitment
    from drrouter.errors import HoldConflictError

    local = show.local_time(await client.status())
    try:
        made = await client.accept(HoldToken(option))
    except HoldConflictError as conflict:
        screen.say(local.tell(conflict.sentence, 400))
        if conflict.options and not json:
            show.options(conflict.options, local)
        return FAILURE
    if json:
        screen.print_json(Commitment, made)
    else:
        show.commitment(made, local)
    return None


async def override(
    client: "DrClient",
    device: Device,
    order: Annotated[Order, typer.Argument(help="What the device shall do.", show_default=False)],
    for_: Annotated[str, typer.Option("--for", metavar="SPAN", help="How long, such as 30m or 2h.")] = "1h",
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="Until when, instead of how long.")
    ] = None,
) -> None:
    """Switch a device on or off for a while, whatever plan and providers say; `auto` gives it back.

    Examples: `drrouter override car off --for 30m`, `drrouter override hvac on --until 22:00`,
    `drrouter override car auto`
    """
    from drrouter.cli import screen, show
    from drrouter.domain.ids import DeviceId
    from drrouter.domain.wish import OverrideMode
    from drrouter.domain.words import clean

    device_id = DeviceId(device)
    if order is Order.AUTO:
        await client.clear_override(device_id)
        screen.say(t("override.over", device=clean(device)))
        return
    span = parse_span(for_)
    local = show.local_time(await client.status())
    end = local.parse(until) if until else local.now + span
    made = await client.override(device_id, OverrideMode(order.value), end)
    until = local.say(made.until)
    screen.say(t(f"override.{made.mode.value}", device=clean(made.device_id), until=until))


async def what_if(
    client: "DrClient",
    device: Device,
    ready_by: Annotated[str, typer.Option("--ready-by", metavar="TIME", help="Done by, such as 07:00.")],
    programme: Programme = None,
    earliest: Earliest = None,
    level: Annotated[
        float | None, typer.Option("--level", help="The level to reach, in the storage's unit.")
    ] = None,
    json: Json = False,
) -> int | None:
    """See what would be planned, and what it would cost, if this were asked; nothing is kept.

    Examples: `drrouter what-if washer --ready-by 'tomorrow 12:00'`,
    `drrouter what-if car --level 30000 --ready-by 'tomorrow 09:00' --json`
    """
    from drrouter.cli import screen, show
    from drrouter.domain.ids import DeviceId, ProgrammeId
    from drrouter.router.facade import WishRequest
    from drrouter.router.viewed import WhatIfView

    status = await client.status()
    local = show.local_time(status)
    start = local.parse(earliest) if earliest else None
    request = WishRequest(local.parse(ready_by), ProgrammeId(programme) if programme else None, start, level)
    view = await client.what_if(DeviceId(device), request)
    if json:
        screen.print_json(WhatIfView, view)
    else:
        show.what_if(view, local)
    return IMPOSSIBLE if view.misses else None


async def wish(
    client: "DrClient",
    device: Device,
    programme: Programme = None,
    earliest: Earliest = None,
    ready_by: ReadyBy = None,
    level: Annotated[
        float | None, typer.Option("--level", help="The level to reach, in the storage's unit.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Forget what was asked.")] = False,
) -> None:
    """Ask for a cycle, or for a level, by a time; without a time, by this time tomorrow.

    Examples: `drrouter wish washer --programme eco --ready-by 20:00`,
    `drrouter wish car --level 30000 --ready-by 'tomorrow 07:00'`, `drrouter wish washer --clear`
    """
    from drrouter.cli import screen, show
    from drrouter.domain.ids import DeviceId, ProgrammeId
    from drrouter.domain.wish import CycleWish
    from drrouter.domain.words import clean
    from drrouter.router.facade import WishRequest

    device_id = DeviceId(device)
    if clear:
        await client.clear_wish(device_id)
        screen.say(t("wish.over", device=clean(device)))
        return
    local = show.local_time(await client.status())
    by = local.parse(ready_by) if ready_by else local.now + timedelta(days=1)
    start = local.parse(earliest) if earliest else None
    request = WishRequest(by, ProgrammeId(programme) if programme else None, start, level)
    made = await client.wish(device_id, request)
    if isinstance(made, CycleWish):
        what = clean(made.programme_id)
    else:
        unit = getattr((await client.device(device_id)).profile.flexibility, "unit", "")
        what = t("wish.level", level=level_of(made.level, unit))
    screen.say(t("wish.made", device=clean(device), what=what, by=local.say(by)))
