"""Secrets of the home file: where they come from, and how they stay out of every print and log."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from drrouter.errors import DocumentError

_LONGEST = 4096


class Secret:
    """A text that no print shows; ``reveal`` gives it to the one who must send it.

    >>> Secret("open sesame")
    Secret(...)
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Keep the text."""
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(...)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __bool__(self) -> bool:
        return bool(self._text)


def require_private(file: Path, where: str, key: str) -> None:
    """Refuse a file with a secret in it that others on this machine may read.

    Raises:
        DocumentError: its mode gives rights to group or others, or it cannot be looked at.
    """
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
    except OSError as error:
        raise _unreadable(file, where, key, error) from error
    if mode & 0o077:
        raise DocumentError(
            where,
            key,
            f"{file} holds a secret and may be read by others (mode {mode:04o})",
            f"Run: chmod 600 {file}",
        )


def secret_from_file(file: Path, where: str, key: str) -> Secret:
    """The first line of a private file.

    Raises:
        DocumentError: it is missing, empty, or others may read it.
    """
    require_private(file, where, key)
    try:
        with file.open(encoding="utf-8") as stream:
            text = stream.readline(_LONGEST).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, where, key, error) from error
    if not text:
        raise DocumentError(where, key, f"{file} is empty", "Write the secret on its first line")
    return Secret(text)


def secret_from_environment(
    variable: str, where: str, key: str, environ: Mapping[str, str] | None
) -> Secret | None:
    """The value of an environment variable; None where no environment is to be looked at.

    Raises:
        DocumentError: the variable is not set.
    """
    if environ is None:
        return None
    if not environ.get(variable):
        problem = f"the environment variable {variable} is not set"
        remedy = f"Set it before drrouter starts (export {variable}=...), or take out what asks for it"
        raise DocumentError(where, key, problem, remedy)
    return Secret(environ[variable])


def _unreadable(file: Path, where: str, key: str, error: OSError | UnicodeDecodeError) -> DocumentError:
    """The file cannot be used, and why."""
    reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "not UTF-8 text"
    return DocumentError(where, key, f"{file} cannot be read ({reason})", "Check the path and its rights")
