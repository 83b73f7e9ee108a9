"""The command line: one verb for each thing that an owner asks of the router.

Data goes to standard output, talk to standard error. The exit code says how it ended (see ``exits``).
Each verb imports what it needs when it runs, so that ``--help`` is quick and a broken room costs one verb.
"""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from drrouter.cli.exits import FAILURE, INTERRUPTED, PIPE_CLOSED, code_of, words_of
from drrouter.cli.program import app
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
    try:
        app(args=[word for word in given if word != DEBUG], prog_name="drrouter")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else FAILURE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return PIPE_CLOSED
    except Exception as error:
        if DEBUG in given:
            raise
        sys.stderr.writelines(f"{line}\n" for line in words_of(error))
        return code_of(error) if isinstance(error, DrrouterError) else FAILURE
    return 0


def _show_any_text() -> None:
    """A terminal that lacks a character shows a question mark instead."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _forget_output() -> None:
    """Nobody reads on (``drrouter plan | head``); keep Python from complaining while it ends."""
    if isinstance(sys.stdout, TextIOWrapper):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
