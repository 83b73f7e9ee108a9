"""How a verb reaches the router: options first, then the environment, then the note of a running router."""

import asyncio
import functools
import inspect
import os
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from drrouter.cli import completion, progress
from drrouter.cli.words import LANGUAGES, choose, is_asked, t
from drrouter.errors import DaemonRefusedError

if TYPE_CHECKING:
    from drrouter.adapters.client import DrClient

DEFAULT_URL = "http://127.0.0.1:8088"

Work = Callable[..., Coroutine[Any, Any, int | None]]

Url = Annotated[
    str | None,
    typer.Option("--url", envvar="DRROUTER_URL", help="Where the router is.", rich_help_panel="Router"),
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        envvar="DRROUTER_TOKEN",
        help="The token; others on this machine may see it, so better use a file.",
        rich_help_panel="Router",
    ),
]
TokenFile = Annotated[
    Path | None, typer.Option("--token-file", help="The file with the token.", rich_help_panel="Router")
]
CaFile = Annotated[
    Path | None,
    typer.Option(
        "--ca-file",
        envvar="DRROUTER_CA_FILE",
        help="The authority that the router's certificate is trusted by, as PEM.",
        rich_help_panel="Router",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.", rich_help_panel="Terminal")]
Language = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="LANGUAGE",
        help="en, de, fr or nl; else that of your settings, else that of LANG.",
        autocompletion=completion.languages,
        rich_help_panel="Terminal",
    ),
]
_OPTIONS = (("url", Url), ("token", Token), ("token_file", TokenFile), ("ca_file", CaFile))
_TERMINAL = (("quiet", Quiet), ("language", Language))


@dataclass(frozen=True, slots=True)
class Access:
    """Where the router is, the token for it, and what its certificate is trusted by."""

    url: str
    token: str
    ca_file: Path | None = None


def client_verb(work: Work) -> Callable[..., None]:
    """Make a coroutine on a client a verb with the options of the connection; its result is the exit code.

    The first parameter of the coroutine is the open client; the others become options and arguments.
    """

    @functools.wraps(work)
    def verb(**given: Any) -> None:
        url, token, token_file, ca_file = (given.pop(name) for name, _ in _OPTIONS)
        access = find(url, token, token_file, ca_file=ca_file)
        code = asyncio.run(_with_client(work, access, given))
        if code:
            raise typer.Exit(code)

    own = list(inspect.signature(work).parameters.values())[1:]
    return terminal_verb(_shown_as(verb, own, _OPTIONS))


def terminal_verb(work: Callable[..., None]) -> Callable[..., None]:
    """Give a verb the options of the terminal: its language, and no progress where output is for programs."""
    own = list(inspect.signature(work).parameters.values())
    taken = {parameter.name for parameter in own}  # the screens choose a language, parts log less when quiet

    @functools.wraps(work)
    def verb(**given: Any) -> None:
        language = given.get("language")
        if language is not None and language not in LANGUAGES:
            raise typer.BadParameter(t("usage.choice", what="--language", choices=", ".join(LANGUAGES)))
        if given.get("quiet") or given.get("json"):
            progress.hush()
        work(**{name: value for name, value in given.items() if name in taken})

    return _shown_as(verb, own, tuple(option for option in _TERMINAL if option[0] not in taken))


def _shown_as(
    verb: Callable[..., None], own: list[inspect.Parameter], more: tuple[tuple[str, Any], ...]
) -> Callable[..., None]:
    """The verb, shown to typer with these parameters beside its own."""
    common = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=None if name != "quiet" else False, annotation=kind
        )
        for name, kind in more
    ]
    shown = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    verb.__signature__ = inspect.Signature([*shown, *common])  # type: ignore[attr-defined] # what typer looks at
    verb.__annotations__ = {}
    return verb


def find(
    url: str | None,
    token: str | None,
    token_file: Path | None,
    environment: Mapping[str, str] = os.environ,
    ca_file: Path | None = None,
) -> Access:
    """Where to go and with which token; the token of the note is for the note's own router only.

    Raises:
        DocumentError: a file that is named, or the note, cannot be read.
    """
    from drrouter.adapters.profile import profile_path, read_profile, read_token

    if token_file is not None:
        token = read_token(token_file)
    if url is not None and token is not None:
        return Access(url, token, ca_file)
    profile = read_profile(profile_path(environment))
    found = url or (profile.url if profile else DEFAULT_URL)
    if profile is None or profile.url.rstrip("/") != found.rstrip("/"):
        return Access(found, token or "", ca_file)  # the note is of another router
    return Access(found, token or profile.secret() or "", ca_file or profile.ca_file)


async def _with_client(work: Work, access: Access, given: dict[str, Any]) -> int | None:
    from drrouter.cli.patient import PatientClient

    async with PatientClient(access.url, access.token, ca_file=access.ca_file) as client:
        if not given.get("json"):
            await speak_as_set(client)
        return await work(client, **given)


async def speak_as_set(client: "DrClient") -> None:
    """Speak the language that the person has set, unless the command line asks for one.

    Raises:
        DaemonUnreachableError: no router answers; nothing else would come of it.
    """
    if is_asked():
        return
    with suppress(DaemonRefusedError):  # who has no settings, and an older router that keeps none
        choose(await client.settings())
