"""What is made once and kept: the seed of random starts, and the owner's token in its private file."""

import os
import secrets
from pathlib import Path

from drrouter.adapters.api import TokenBook
from drrouter.ports import (
    Collection,
    Put,
    Store,
)

_SEED = "seed"


async def seed_of(store: Store) -> str:
    """What this router draws its random starts by: made once, so that a restart changes none of them.

    Raises:
        StoreError: it cannot be read or kept.
    """
    kept = (await store.load(Collection.SETTINGS)).get(_SEED)
    if isinstance(kept, str):
        return kept
    seed = secrets.token_hex(16)
    await store.commit(Put(Collection.SETTINGS, _SEED, seed))
    return seed


async def owner_token(path: Path, tokens: TokenBook) -> str:
    """The owner's token, kept in a private file so that the next start gives out the same one."""
    known = _read_token(path)
    token = await tokens.owner_token(known)
    if token != known:
        _keep_token(path, token)
    return token


def _read_token(path: Path) -> str | None:
    """The token of an earlier run."""
    return path.read_text(encoding="utf-8").strip() if path.is_file() else None


def _keep_token(path: Path, token: str) -> None:
    """Write the token where only its owner can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(token + "\n")
