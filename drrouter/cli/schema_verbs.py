"""The verb that states what the others print for programs."""

import json as jsonlib
import sys
from typing import Annotated

import typer

from drrouter.cli.words import t


def _of_verbs(incomplete: str) -> list[str]:
    """For completion: verbs that print JSON, by their first word."""
    from drrouter.cli.schemas import answers

    return sorted({name.split()[0] for name in answers() if name.startswith(incomplete)})


def schema(
    verb: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="VERB",
            help="Such as status or tariff show; without it, the verbs are listed.",
            show_default=False,
            autocompletion=_of_verbs,
        ),
    ] = None,
) -> None:
    """State what a verb prints with `--json`, as JSON Schema; of `data watch` it is one line.

    Examples: `drrouter schema`, `drrouter schema status`, `drrouter schema tariff show`
    """
    from difflib import get_close_matches

    from drrouter.cli.schemas import answers, schema_of
    from drrouter.domain.words import clean

    name = " ".join(verb or ())
    if not name:
        sys.stdout.writelines(f"{one}\n" for one in sorted(answers()))
        return
    if name not in answers():
        known = t("schema.known", names=", ".join(sorted(answers())))
        close = get_close_matches(name, answers(), 1)
        hint = f"{t('usage.mean', close=repr(close[0]))} {known}" if close else known
        raise typer.BadParameter(t("schema.none", verb=clean(name, 60), hint=hint))
    sys.stdout.write(jsonlib.dumps(schema_of(name), indent=2, ensure_ascii=False) + "\n")
