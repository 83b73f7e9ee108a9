"""A served local API, and the command line pointed at it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from drrouter.adapters.api import Role
from drrouter.cli import main
from tests.adapters.api.conftest import Served, serve, served

__all__ = ["serve", "served"]


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str


Run = Callable[..., Awaitable[Said]]


@pytest.fixture
def run(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run a command against the served API, as its owner."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("DRROUTER_URL", served.api.url)
    monkeypatch.setenv("DRROUTER_TOKEN", served.secrets[Role.OWNER])

    async def run(*arguments: str) -> Said:
        code = await asyncio.to_thread(main, list(arguments))
        written = capsys.readouterr()
        return Said(code, written.out, written.err)

    return run
