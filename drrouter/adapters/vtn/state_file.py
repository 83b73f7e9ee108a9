"""The file that keeps a VTN's objects: SQLite, safe on disk when a write returns.

Blocking; its callers run it in a thread.
"""

import json
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from drrouter.errors import StoreError

_VERSION = 1
_SCHEMA = """
CREATE TABLE object (
    place INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL
) STRICT
"""
_KEEP = """
INSERT INTO object (kind, id, body) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, body = excluded.body
"""

Row = tuple[str, str, dict[str, Any] | None]
"""Kind, id, and the object; None removes it."""


class StateFile:
    """One open file; a second VTN on the same file is refused."""

    def __init__(self, path: Path) -> None:
        """Open it, or make it, readable by its owner alone.

        Raises:
            StoreError: it is damaged, another program's, in use, or not to be opened.
        """
        self._path = path
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=0)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"The VTN's state file {path} cannot be opened: {error}.") from error
        try:
            self._prepare()
        except (sqlite3.Error, StoreError) as error:
            self._database.close()
            if isinstance(error, StoreError):
                raise
            raise self._failure(error) from error

    def _prepare(self) -> None:
        """Take the file for this process alone, and make the table where there is none."""
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute("BEGIN IMMEDIATE")
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        (tables,) = self._database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if version == 0 and tables == 0:
            self._database.execute(_SCHEMA)
            self._database.execute(f"PRAGMA user_version = {_VERSION}")
        elif version != _VERSION:
            raise StoreError(f"The file {self._path} is no state file of this VTN; name another one.")
        self._database.execute("COMMIT")

    def load(self) -> list[tuple[str, dict[str, Any]]]:
        """Every object with its kind, in the order of creation.

        Raises:
            StoreError: the file cannot be read.
        """
        try:
            with closing(self._database.execute("SELECT kind, body FROM object ORDER BY place")) as rows:
                return [(kind, json.loads(body)) for kind, body in rows]
        except (sqlite3.Error, ValueError) as error:
            raise self._failure(error) from error

    def write(self, rows: Iterable[Row]) -> None:
        """Keep or remove all of them, or none.

        Raises:
            StoreError: nothing was kept.
        """
        try:
            self._database.execute("BEGIN IMMEDIATE")
            for kind, object_id, body in rows:
                if body is None:
                    self._database.execute("DELETE FROM object WHERE id = ?", (object_id,))
                else:
                    self._database.execute(_KEEP, (kind, object_id, json.dumps(body)))
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise self._failure(error) from error

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _failure(self, error: Exception) -> StoreError:
        if getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return StoreError(f"The VTN's state file {self._path} is in use by another program.")
        return StoreError(f"The VTN's state file {self._path} failed: {error}.")
