"""Looks for the files that integrations of a home file name, so that a check finds all that a start needs."""

import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from drrouter.config.home import HomeConfig
from drrouter.config.secret import secret_from_file
from drrouter.errors import DocumentError

_SECRET = ("password_file", "token_file")


def check_files(home: HomeConfig, where: Path) -> None:
    """Make sure that all can be read, and that nobody else reads the secret ones.

    Raises:
        DocumentError: one is missing or empty, or others may read it.
    """
    for domain, settings in home.integrations.items():
        for key, name in _named(settings, domain):
            file = where.parent / name
            if key.endswith(_SECRET):
                secret_from_file(file, str(where), key)
            elif not os.access(file, os.R_OK):
                raise DocumentError(
                    str(where), key, f"{file} cannot be read", "Check the path and its rights"
                )


def _named(part: object, key: str) -> Iterator[tuple[str, str]]:
    """Every file that is named there or below, by its key."""
    if isinstance(part, BaseModel):
        for name in type(part).model_fields:
            value = getattr(part, name)
            if name.endswith("file") and isinstance(value, str) and value:
                yield f"{key}.{name}", value
            else:
                yield from _named(value, f"{key}.{name}")
    elif isinstance(part, tuple):
        for number, one in enumerate(part, 1):
            yield from _named(one, f"{key}#{number}")
