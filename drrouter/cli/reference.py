"""Writes the command reference (``docs/cli.md``) from the program's own verbs.

python -m drrouter.cli.reference > docs/cli.md
"""

import inspect
import sys
from collections.abc import Callable, Iterator
from enum import Enum, EnumType
from types import UnionType
from typing import Any, get_args

import typer
from typer.models import ArgumentInfo, OptionInfo

from drrouter.cli.connection import Language, Quiet
from drrouter.cli.program import app

_HEAD = """# Command line

Made from the program by `python -m drrouter.cli.reference`; `drrouter VERB --help` says the same.

Data goes to standard output, talk to standard error. Verbs that show something take `--json`, with all
instants in UTC; `drrouter schema VERB` states what such a verb prints, as JSON Schema. `--debug`, anywhere
on the line, shows where an error comes from.

What takes longer than a second says on the terminal what it waits for, and for how long; not with `--json` or
`--quiet`, and not into a pipe. Ctrl-C ends it with 130, and leaves no file half written.

`--language` takes `en`, `de`, `fr` or `nl`. Without it the language is the one that you have set for all
screens, else that of `LC_ALL`, `LC_MESSAGES` or `LANG`, else English. JSON is the same in every language.

| exit code | meaning |
|---|---|
| 0 | ok |
| 1 | failure |
| 2 | usage: the command or the request is not valid |
| 3 | no router answers |
| 4 | `status` only: the router is degraded, and says what is missing |
| 5 | the wish cannot be met |

Verbs that speak to a router find it by `--url` and `--token-file` (or `--token`), else by the variables
`DRROUTER_URL` and `DRROUTER_TOKEN`, else by the note that a running router leaves in
`~/.config/drrouter/profile.toml`. The token of the note goes to the note's own router only. Over TLS a router
is trusted by the system's authorities, and by what `--ca-file`, `DRROUTER_CA_FILE` or the note names.

Times are those of the site: `22:00` is the next one, `'tomorrow 07:00'`, `2026-06-01T22:00`, or with an
offset. Lengths of time are written `30m`, `2h`, `1h30m` or `1d`.
"""

_CONNECTION = frozenset({"url", "token", "token_file", "ca_file"})

_NOT_ITS_OWN = (typer.Context, Quiet, Language)

Info = OptionInfo | ArgumentInfo


def reference() -> str:
    """The whole page."""
    verbs = [verb for verb in app.registered_commands if not verb.hidden]
    named = [(getattr(verb.callback, "__name__", ""), verb.callback) for verb in verbs]
    named += [
        (str(group.name), group.typer_instance.registered_callback.callback)
        for group in app.registered_groups
        if group.typer_instance and group.typer_instance.registered_callback
    ]
    named += [
        (f"{group.name} {verb.name or getattr(verb.callback, '__name__', '')}", verb.callback)
        for group in app.registered_groups
        for verb in (group.typer_instance.registered_commands if group.typer_instance else ())
    ]
    sections = (line for name, work in named for line in _section(name, work) if work)
    return "\n".join([_HEAD, *sections])


def _section(name: str, verb: Callable[..., Any] | None) -> Iterator[str]:
    """One verb: what it does, what it takes, examples."""
    about, _, examples = inspect.cleandoc(getattr(verb, "__doc__", None) or "").partition("Examples:")
    yield f"## drrouter {name}\n"
    yield " ".join(about.split()) + "\n"
    rows = [_row(parameter) for parameter in _parameters(verb)]
    if rows:
        yield "\n".join(["| argument or option | meaning |", "|---|---|", *rows]) + "\n"
    yield f"Examples: {' '.join(examples.split())}\n"


def _parameters(verb: Callable[..., Any] | None) -> Iterator[inspect.Parameter]:
    """What a verb takes of its own, as people see it."""
    if verb is None:
        return
    for parameter in inspect.signature(verb, eval_str=True).parameters.values():
        of_typer = parameter.name in _CONNECTION or parameter.annotation in _NOT_ITS_OWN
        if not of_typer and not _info(parameter).hidden:
            yield parameter


def _row(parameter: inspect.Parameter) -> str:
    info, kind = _info(parameter), _kind(parameter)
    shown = [name for name in (info.default, *(info.param_decls or ())) if isinstance(name, str)]
    value = info.metavar or ("" if kind is bool else _value(kind))
    name = f"{', '.join(shown)} {value}".strip() if shown else info.metavar or _value(kind, parameter.name)
    default = parameter.default
    has_default = default is not parameter.empty and default not in (None, False)
    return f"| `{name}` | {info.help}{f' (default: {default})' if has_default else ''} |"


def _value(kind: Any, name: str = "") -> str:
    """What stands for the value."""
    if isinstance(kind, EnumType):
        members: list[Enum] = list(kind)
        return "/".join(str(member.value) for member in members)
    return name.upper() or {int: "NUMBER", float: "NUMBER"}.get(kind, kind.__name__.upper())


def _kind(parameter: inspect.Parameter) -> Any:
    """The type without Annotated and None."""
    kind = get_args(parameter.annotation)[0]
    return (
        next(part for part in get_args(kind) if part is not type(None))
        if isinstance(kind, UnionType)
        else kind
    )


def _info(parameter: inspect.Parameter) -> Info:
    """What typer is told of the parameter."""
    info: Info = get_args(parameter.annotation)[1]
    return info


if __name__ == "__main__":
    sys.stdout.write(reference())
