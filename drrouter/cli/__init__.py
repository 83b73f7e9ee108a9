"""The command line: one verb for each thing that an owner asks of the router.

Data goes to standard output, talk to standard error. The exit code says how it ended (see ``exits``).
Each verb imports what it needs when it runs, so that ``--help`` is quick and a broken room costs one verb.
"""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

import typer

from drrouter.cli import progress, usage, words
from drrouter.cli.exits import FAILURE, INTERRUPTED, PIPE_CLOSED, code_of, words_of
from drrouter.cli.program import start
from drrouter.errors import DrrouterError

DEBUG = "--debug"
"""May stand anywhere on the command line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code.

    Args:
        arguments: those of the process where None.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    _show_any_text()
    words.begin(given, os.environ)
    words.know(None)
    progress.allow()
    try:
        code = _run([word for word in given if word != DEBUG])
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return PIPE_CLOSED
    except Exception as error:
        if DEBUG in given:
            raise
        sys.stderr.writelines(f"{line}\n" for line in words_of(error))
        return code_of(error) if isinstance(error, DrrouterError) else FAILURE
    if code == INTERRUPTED:
        sys.stderr.write(f"\n{words.t('ended.interrupted')}\n")
    return code


def _run(given: list[str]) -> int:
    """Leave it to the verb; what is wrong on the line is said in a sentence."""
    try:
        code = start(given)
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):
            raise ended.__context__ from None  # the libraries end with 1 themselves, as if a verb had failed
        code = ended.code
    except typer.Abort as left:
        if isinstance(left.__context__, KeyboardInterrupt):
            return INTERRUPTED
        sys.stderr.write(f"\n{words.t('ended.unanswered')}\n")
        return FAILURE
    except Exception as error:
        if hasattr(error, "exit_code") and hasattr(error, "format_message"):
            return usage.show(error)  # of the library, whose classes move between its releases
        raise
    return code if isinstance(code, int) else 0 if code is None else FAILURE


def _show_any_text() -> None:
    """A terminal that lacks a character shows a question mark instead."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _forget_output() -> None:
    """Nobody reads on (``drrouter plan | head``); keep Python from complaining while it ends."""
    if isinstance(sys.stdout, TextIOWrapper):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
