"""What every integration is given, in a test."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.executor import InlineExecutor
from drrouter.ports import Surroundings


@pytest.fixture
def surroundings(tmp_path: Path) -> Surroundings:
    """A folder of its own, a clock that the test moves, and one secret in every file."""
    clock = SimulatedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
    return Surroundings(clock, InlineExecutor(), tmp_path, lambda _: "open sesame")
