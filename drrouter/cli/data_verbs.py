"""Verbs for opaque data: list it, read and write it by path, and watch what changes."""

import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from drrouter.cli import completion
from drrouter.cli.progress import waiting
from drrouter.cli.words import t

if TYPE_CHECKING:
    from drrouter.adapters.client import DrClient
    from drrouter.adapters.client_data import LeafData
    from drrouter.cli.answers import BytesLeaf, TextLeaf
    from drrouter.cli.words import LocalTime
    from drrouter.router.resources.facade import LeafList, Told

Json = Annotated[bool, typer.Option("--json", help="Print JSON, with all instants in UTC.")]
Where = Annotated[
    str,
    typer.Argument(help="Such as vehicle/car/profile.", show_default=False, autocompletion=completion.leaves),
]
Under = Annotated[
    str,
    typer.Argument(help="Only at and below this path.", show_default=False, autocompletion=completion.leaves),
]

_TYPES = {".json": "application/json", ".xml": "application/xml", ".txt": "text/plain"}
_ANY = "application/octet-stream"


async def list_(client: "DrClient", under: Under = "", json: Json = False) -> None:
    """List opaque data: what providers sent that is not interpreted here, and what devices and people wrote.

    Examples: `drrouter data list`, `drrouter data list providers/grid`, `drrouter data list --json`
    """
    from drrouter.cli import screen, show
    from drrouter.router.resources.facade import LeafList

    found = await client.data.list(under)
    if json:
        screen.print_json(LeafList, found)
        return
    _show_list(found, show.local_time(await client.status()))


async def get(
    client: "DrClient",
    path: Where,
    out: Annotated[Path | None, typer.Option("--out", help="Write to this file.", show_default=False)] = None,
    json: Json = False,
) -> int | None:
    """Read one leaf as it is; to a terminal, control characters are left out.

    Examples: `drrouter data get vehicle/car/profile`, `drrouter data get home/logo --out logo.bin`,
    `drrouter data get vehicle/car/profile --json`
    """
    from drrouter.cli import screen
    from drrouter.cli.answers import BytesLeaf, TextLeaf
    from drrouter.cli.files import write_over
    from drrouter.domain.words import clean

    leaf = await client.data.get(path)
    if out is not None:
        code = write_over(out, leaf.data)
        if code is None:
            screen.say(t("data.saved", count=len(leaf.data), type=clean(leaf.media_type, 40), file=out))
        return code
    if json:
        screen.print_json(TextLeaf | BytesLeaf, _for_programs(path, leaf))
    elif sys.stdout.isatty():
        sys.stdout.write(_harmless(leaf.data) + "\n")
    else:
        sys.stdout.buffer.write(leaf.data)
    return None


async def put(
    client: "DrClient",
    path: Where,
    file: Annotated[str, typer.Argument(help="The file to send; - is standard input.", show_default=False)],
    media_type: Annotated[
        str | None,
        typer.Option(
            "--type", help="Its media type; by default what its name ends with says.", show_default=False
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Write one leaf; below providers/<provider>/up it goes to that provider, too.

    Examples: `drrouter data put vehicle/car/profile car.json`,
    `drrouter data put providers/maker/up/home/note - --type text/plain`
    """
    from drrouter.cli import screen
    from drrouter.domain.words import clean
    from drrouter.router.resources.facade import LeafView

    data = sys.stdin.buffer.read() if file == "-" else _read(Path(file))
    view = await client.data.put(path, data, media_type or _TYPES.get(Path(file).suffix.lower(), _ANY))
    if json:
        screen.print_json(LeafView, view)
    else:
        kind = clean(view.media_type, 40)
        screen.say(t("data.kept", path=clean(view.path, 400), count=view.size, type=kind))


async def remove(client: "DrClient", path: Where) -> None:
    """Take one leaf away.

    Examples: `drrouter data remove vehicle/car/profile`
    """
    from drrouter.cli import screen
    from drrouter.domain.words import clean

    await client.data.remove(path)
    screen.say(t("data.gone", path=clean(path)))


async def watch(
    client: "DrClient",
    under: Under = "",
    after: Annotated[
        int | None, typer.Option("--after", help="Begin behind this number.", show_default=False)
    ] = None,
    most: Annotated[
        int | None, typer.Option("--most", min=1, help="End after so many changes.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Tell every change of opaque data, for ever, over lost connections too; one line each.

    Each line begins with the number of the change: give the last one to `--after` to go on from there.

    Examples: `drrouter data watch`, `drrouter data watch vehicle --json`,
    `drrouter data watch --after 1764000000123`
    """
    from drrouter.cli import show

    local = show.local_time(await client.status())
    seen = 0
    changes = client.data.watch(under, after)
    while True:
        with waiting(t("progress.changes")):
            told = await anext(changes)
        seen += _tell(told, json, local)
        if most is not None and seen >= most:
            return


def _tell(told: "Told", json: bool, local: "LocalTime") -> int:
    """One line; whether it was a change."""
    from drrouter.adapters.strict_json import adapter_of
    from drrouter.cli import screen
    from drrouter.domain.resource import LeafChange
    from drrouter.domain.words import clean
    from drrouter.router.resources.facade import Gap

    if isinstance(told, Gap):
        screen.say(local.tell(told.sentence, 400))
    if not isinstance(told, LeafChange):
        return 0
    if json:
        line = adapter_of(LeafChange).dump_json(told).decode()
    else:
        size = t("data.bytes", count=told.size)
        what = t("data.removed") if told.removed else f"{size} {clean(told.media_type, 40)}"
        by = t("data.by", who=clean(told.by, 60))
        line = f"{told.sequence}  {local.say(told.at)}  {clean(told.path)}  {what}  {by}"
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
    return 1


def _show_list(found: "LeafList", local: "LocalTime") -> None:
    from drrouter.cli import screen
    from drrouter.domain.words import clean

    heads = [t(f"data.head.{name}") for name in ("path", "type", "bytes", "number", "when", "by")]
    rows = [
        (
            clean(leaf.path, 400),
            clean(leaf.media_type, 40),
            str(leaf.size),
            str(leaf.sequence),
            local.say(leaf.at),
            clean(leaf.by, 60),
        )
        for leaf in found.leaves
    ]
    screen.console().print(screen.table(heads, rows, frozenset(heads[2:4])))


def _for_programs(path: str, leaf: "LeafData") -> "TextLeaf | BytesLeaf":
    """A leaf as text where it is text, else in base64."""
    from base64 import b64encode

    from drrouter.cli.answers import BytesLeaf, TextLeaf

    try:
        return TextLeaf(path, leaf.media_type, leaf.sequence, leaf.data.decode("utf-8"))
    except UnicodeDecodeError:
        return BytesLeaf(path, leaf.media_type, leaf.sequence, b64encode(leaf.data).decode())


def _harmless(data: bytes) -> str:
    """Text that a terminal only shows: nothing in it acts."""
    text = data.decode("utf-8", "replace")
    return "".join(one if one.isprintable() or one in "\n\t" else "\ufffd" for one in text)


def _read(file: Path) -> bytes:
    from drrouter.errors import DocumentError

    try:
        return file.read_bytes()
    except OSError as error:
        raise DocumentError(str(file), "", f"it cannot be read: {error.strerror}") from error


VERBS: dict[str, Callable[..., Coroutine[Any, Any, int | None]]] = {
    "list": list_,
    "get": get,
    "put": put,
    "remove": remove,
    "watch": watch,
}
"""Each verb by its name."""
