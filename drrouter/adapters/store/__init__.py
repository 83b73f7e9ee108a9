"""The durable store: one SQLite file, one transaction a commit, on disk when the commit returns."""

from drrouter.adapters.store.sqlite import SqliteStore

__all__ = ["SqliteStore"]
