"""Verbs of the first minutes with a device: let it join, hand it over, only watch it, test its plug."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from drrouter.cli.exits import FAILURE
from drrouter.cli.progress import waiting
from drrouter.cli.read_verbs import Device
from drrouter.cli.words import t

if TYPE_CHECKING:
    from drrouter.adapters.client import DrClient

LOOK_AGAIN_S = 1.0
"""Real seconds between two looks at a test that runs."""


async def hand_over(client: "DrClient", device: Device) -> None:
    """Let the router steer a device that it only watched so far.

    Examples: `drrouter hand-over washer`
    """
    await _hand(client, device, steered=True)


async def watch(client: "DrClient", device: Device) -> None:
    """Take a device back: the router reads it, shows it, and tells it nothing.

    Examples: `drrouter watch washer`, then `drrouter hand-over washer` when you trust it
    """
    await _hand(client, device, steered=False)


async def plug_test(
    client: "DrClient",
    device: Device,
    stop: Annotated[bool, typer.Option("--stop", help="End a test that runs; power comes back.")] = False,
) -> int | None:
    """Find out whether a machine goes on by itself after its power was cut, step by step.

    Only such a machine can be started by its plug. Ctrl-C leaves the test running in the router.

    Examples: `drrouter plug-test washer`, `drrouter plug-test washer --stop`
    """
    from drrouter.cli import screen, show
    from drrouter.domain.ids import DeviceId
    from drrouter.domain.words import clean

    if stop:
        await client.stop_plug_test(DeviceId(device))
        screen.say(t("plug_test.over", device=clean(device)))
        return None
    local = show.local_time(await client.status())
    test = await client.test_plug(DeviceId(device))
    said = ""
    while True:
        if test.sentence != said:
            screen.say(local.tell(test.sentence, 300))
            said = test.sentence
        if test.is_over:
            return None if test.stage.value == "resumed" else FAILURE
        with waiting(t("progress.plug_test", device=clean(device))):
            await asyncio.sleep(LOOK_AGAIN_S)
            seen = (await client.device(DeviceId(device))).plug_test
        if seen is None:
            screen.say(t("plug_test.stopped"))
            return FAILURE
        test = seen


async def join(
    client: "DrClient",
    network: Annotated[
        str, typer.Argument(help="The integration, such as zigbee or zwave.", show_default=False)
    ],
    for_: Annotated[str, typer.Option("--for", metavar="SPAN", help="How long, such as 2m.")] = "2m",
    close: Annotated[bool, typer.Option("--close", help="Let nobody join any more.")] = False,
) -> None:
    """Let new devices join a network for a while; then press the button on the device.

    Examples: `drrouter join zigbee`, `drrouter join zigbee --for 4m`, `drrouter join zigbee --close`
    """
    from drrouter.cli import screen
    from drrouter.cli.words import parse_span
    from drrouter.domain.words import clean

    seconds = 0 if close else int(parse_span(for_).total_seconds())
    await client.permit_join(network, seconds)
    if seconds:
        screen.say(t("join.open", network=clean(network), seconds=seconds))
    else:
        screen.say(t("join.closed", network=clean(network)))


async def _hand(client: "DrClient", device: str, steered: bool) -> None:
    from drrouter.cli import screen
    from drrouter.domain.ids import DeviceId
    from drrouter.domain.words import clean

    await client.hand_over(DeviceId(device), steered)
    screen.say(t("hand.steered" if steered else "hand.watched", device=clean(device)))
