"""Writes files for people: whole or not at all, and a new one never over another."""

import os
from collections.abc import Callable
from pathlib import Path

from drrouter.cli import screen
from drrouter.cli.exits import FAILURE
from drrouter.cli.words import t


def write_new(file: Path, content: bytes) -> int | None:
    """Make this file; says what is in the way, and returns the exit code then."""
    try:
        with file.open("xb") as out:
            _whole(file, lambda: out.write(content))
    except FileExistsError:
        return _refused(t("file.exists", file=file))
    except OSError as error:
        return _refused(t("file.unwritable", file=file, why=error.strerror))
    return None


def write_over(file: Path, content: bytes) -> int | None:
    """Make this file, or put it in the place of another; says why not, and returns the exit code then."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        _whole(beside, lambda: beside.write_bytes(content))
        beside.replace(file)
    except OSError as error:
        return _refused(t("file.unwritable", file=file, why=error.strerror))
    return None


def _whole(file: Path, write: Callable[[], object]) -> None:
    """Write it, and leave nothing where that breaks off, by Ctrl-C or a full disk."""
    is_whole = False
    try:
        write()
        is_whole = True
    finally:
        if not is_whole:
            file.unlink(missing_ok=True)


def _refused(sentence: str) -> int:
    screen.say(sentence)
    return FAILURE
