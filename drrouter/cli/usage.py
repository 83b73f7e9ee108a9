"""What was wrong on the command line, as one sentence with the way out, in the person's language.

The library's own messages are English and framed; its exceptions say enough to word them here.
"""

import re
import sys
from datetime import datetime
from enum import Enum
from typing import Any, get_args

from drrouter.cli.words import t
from drrouter.domain.words import clean

_NO_COMMAND = re.compile(r"No such command '(?P<name>.*?)'\.(?: Did you mean (?P<close>.*)\?)?", re.DOTALL)


def show(error: Any) -> int:
    """Say it on standard error; returns the exit code.

    Args:
        error: an exception of the library that reads the command line, which has a class for each fault.
    """
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stdout.write(error.ctx.get_help())
    else:
        sys.stderr.write(sentence(error) + "\n")
    code: int = error.exit_code
    return code


def sentence(error: Any) -> str:
    """What is wrong, and what to do."""
    parameter = getattr(error, "param", None)
    if type(error).__name__ == "BadParameter" and parameter is None:
        return str(error.message)  # raised by a verb, in words of its own
    return f"{_problem(error, parameter)} {_help_of(error)}".strip()


def _problem(error: Any, parameter: Any) -> str:
    match type(error).__name__:
        case "MissingParameter":
            return t("usage.missing", what=_name(parameter))
        case "NoSuchOption":
            close = ", ".join(sorted(error.possibilities or ()))
            return t("usage.no_option", option=clean(error.option_name, 60)) + _meant(close)
        case "BadParameter":
            return _bad_value(parameter)
    message = str(error.message)
    if found := _NO_COMMAND.search(message):
        close = (found["close"] or "").replace("'", "")
        return t("usage.no_command", name=clean(found["name"], 60)) + _meant(close)
    if message.startswith("Got unexpected extra argument"):
        words = message.removesuffix(")").rpartition("(")[2]
        return t("usage.too_many", words=clean(words, 100))
    if option := getattr(error, "option_name", ""):
        return t("usage.no_value", option=option)
    return clean(message)


def _meant(close: str) -> str:
    return f" {t('usage.mean', close=close)}" if close else ""


def _bad_value(parameter: Any) -> str:
    """A value that an argument or an option cannot take."""
    what, kind = _name(parameter), _kind(parameter)
    least, most = _bound(parameter, "min"), _bound(parameter, "max")
    if isinstance(kind, type) and issubclass(kind, Enum):
        return t("usage.choice", what=what, choices=", ".join(str(one.value) for one in kind))
    if least is not None and most is not None:
        return t("usage.range", what=what, least=f"{least:g}", most=f"{most:g}")
    if least is not None:
        return t("usage.least", what=what, least=f"{least:g}")
    if kind is datetime:
        return t("usage.date", what=what)
    return t("usage.number" if kind in (int, float) else "usage.not_valid", what=what)


def _bound(parameter: Any, name: str) -> float | None:
    """Its least or its highest value; older releases of the library keep them with the type."""
    found: float | None = getattr(parameter, name, getattr(getattr(parameter, "type", None), name, None))
    return found


def _kind(parameter: Any) -> Any:
    """What the value is made into, without None."""
    kind = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
    parts = [part for part in get_args(kind) if part is not type(None)]
    return parts[0] if parts else kind


def _name(parameter: Any) -> str:
    """An option as it is written, an argument by what stands for it in the help."""
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.metavar or parameter.name.upper())


def _help_of(error: Any) -> str:
    return t("usage.see", command=error.ctx.command_path) if getattr(error, "ctx", None) else ""
