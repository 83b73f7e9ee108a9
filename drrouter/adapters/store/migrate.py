"""Brings a store file to the newest schema: numbered SQL files, ``user_version``, and a copy before.

What is done depends on the schema of the file and on those that the program knows:

    file at 1, program knows 1 2 3      copy as store.v1.bak, apply 2 and 3 in one transaction each
    file at 4, program knows 1 2 3      refuse: a newer program wrote it

Schemas only ever grow by a new file; a published one is never edited.
"""

import re
import sqlite3
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from drrouter.errors import StoreError

_SCHEMA_FILE = re.compile(r"schema_v(\d+)\.sql")
_KEPT_COPIES = 7


def schemas() -> tuple[str, ...]:
    """The SQL of every version that this program knows, the first one first.

    Raises:
        StoreError: a number is missing, so that the installation is not whole.
    """
    folder = resources.files("drrouter.adapters.store")
    numbered = {
        int(match[1]): entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if (match := _SCHEMA_FILE.fullmatch(entry.name))
    }
    if sorted(numbered) != list(range(1, len(numbered) + 1)) or not numbered:
        raise StoreError(
            "The installation of drrouter is damaged: a schema file is missing. Install it again."
        )
    return tuple(numbered[version] for version in sorted(numbered))


def migrate(connection: sqlite3.Connection, path: Path, scripts: Sequence[str]) -> None:
    """Bring the file to the last of the scripts; a file that has data is copied first.

    Raises:
        StoreError: a newer program wrote the file.
        sqlite3.Error: a step failed; the file is as it was before that step.
    """
    version = version_of(connection)
    if version > len(scripts):
        raise StoreError(
            f"The store {path} was written by a newer drrouter "
            f"(schema {version}, this one knows {len(scripts)}). "
            "Install the newer drrouter again, or put back the copy that was made before the upgrade."
        )
    if 0 < version < len(scripts):
        _copy(connection, path, version)
    for number, script in enumerate(scripts[version:], start=version + 1):
        _apply(connection, script, number)


def version_of(connection: sqlite3.Connection) -> int:
    """The schema of the file, 0 for an empty one."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _apply(connection: sqlite3.Connection, script: str, number: int) -> None:
    """One step and its number, both or neither."""
    try:
        connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number:d};\nCOMMIT;")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.rollback()
        raise


def _copy(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """A whole copy beside the file; the oldest of many copies go."""
    target = path.with_name(f"{path.name}.v{version}.bak")
    target.unlink(missing_ok=True)  # left by a migration that failed half-way
    connection.execute("VACUUM INTO ?", (str(target),))
    copies = sorted(path.parent.glob(f"{path.name}.v*.bak"), key=lambda copy: copy.stat().st_mtime_ns)
    for old in copies[:-_KEPT_COPIES]:
        old.unlink()
