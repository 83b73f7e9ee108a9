"""Opens the store's file: pragmas, a look at its health, and a damaged one set aside, never emptied.

A damaged file is renamed with a stamp and refused with a sentence. The next start finds no file, makes a new
one and says in the journal that, and where, the damaged one lies.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from drrouter.adapters.store.migrate import migrate
from drrouter.errors import StoreError

_BUSY_S = 5.0
_COMPANIONS = ("", "-wal", "-shm")
_NOT_A_DATABASE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def open_database(path: Path, scripts: Sequence[str], now: datetime) -> sqlite3.Connection:
    """A connection to a whole file of the newest schema; the folder is made where it is missing.

    Raises:
        StoreError: damaged (and set aside), of a newer program, or not to be opened.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        connection = sqlite3.connect(path, timeout=_BUSY_S, check_same_thread=False, isolation_level=None)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"The store {path} cannot be opened: {error}.") from error
    try:
        path.chmod(0o600)
        _prepare(connection)
        migrate(connection, path, scripts)
    except (sqlite3.Error, OSError) as error:
        connection.close()
        raise _opening_error(path, error, now) from error
    except StoreError:
        connection.close()
        raise
    return connection


@contextmanager
def claimed(path: Path) -> Iterator[None]:
    """Keep the store to this process: two routers on one store would steer the same devices.

    The system lets go of the claim when the process ends, however it ends.

    Raises:
        StoreError: another router has it, or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(
            f"The store {path} cannot be opened ({error.strerror}). Check the folder and its rights."
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise StoreError(
            f"Another router uses the store {path}. End it, or give this one a store of its own."
        ) from error
    finally:
        os.close(descriptor)


def set_aside(path: Path) -> tuple[Path, ...]:
    """Damaged files that lie beside the store, the oldest first."""
    return tuple(sorted(path.parent.glob(f"{path.name}.damaged-*[0-9]")))


def store_error(path: Path, error: sqlite3.Error) -> StoreError:
    """What the homeowner reads when the open store fails; nothing of the call was kept."""
    if is_damage(error):
        return StoreError(f"The store {path} is damaged: {error}. Restart drrouter, which sets it aside.")
    if _code(error) == sqlite3.SQLITE_FULL:
        return StoreError(
            f"The disk with the store {path} is full. Make room; drrouter tries again by itself."
        )
    if _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreError(f"Another program holds the store {path}. End it; drrouter tries again by itself.")
    return StoreError(f"The store {path} failed: {error}.")


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is not, or no longer, a whole database."""
    return _code(error) in _NOT_A_DATABASE


def _prepare(connection: sqlite3.Connection) -> None:
    """Write-ahead log, every commit on disk when it returns, and a look at every page's structure."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA journal_size_limit = 4194304")  # the log shrinks again after a burst
    connection.execute("PRAGMA trusted_schema = OFF")
    verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        damage = sqlite3.DatabaseError(verdict)
        damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise damage


def _opening_error(path: Path, error: sqlite3.Error | OSError, now: datetime) -> StoreError:
    if isinstance(error, OSError):
        return StoreError(f"The store {path} cannot be opened: {error}.")
    if not is_damage(error):
        return store_error(path, error)
    aside = _rename(path, now)
    return StoreError(
        f"The store {path} is damaged ({error}) and was set aside as {aside.name}. Put a copy in its place, "
        "or start drrouter again to begin with an empty one; events are then fetched anew."
    )


def _rename(path: Path, now: datetime) -> Path:
    """Move the file and its log out of the way, together."""
    stamp = f"damaged-{now:%Y%m%dT%H%M%S%fZ}".replace("Z", "")
    for companion in _COMPANIONS:
        source = path.with_name(path.name + companion)
        if source.exists():
            source.rename(path.with_name(f"{path.name}.{stamp}{companion}"))
    return path.with_name(f"{path.name}.{stamp}")


def _code(error: sqlite3.Error) -> int:
    """The primary code of SQLite."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
