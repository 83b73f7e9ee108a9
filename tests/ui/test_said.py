"""What the router says is said in the person's language, after it has come over the wire as it would."""

from typing import TypeVar

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.strict_json import decode, encode
from drrouter.router.doctor import Finding
from drrouter_ui.screens.help import help_rows
from drrouter_ui.seen import Seen
from drrouter_ui.words import speak
from tests.builders import NOON
from tests.ui.home import FullHome

T = TypeVar("T")


@pytest.fixture
def home() -> FullHome:
    return FullHome(SimulatedClock(NOON))


def seen(home: FullHome) -> Seen:
    return Seen(home.status(), home.plan(), home.devices(), home.timeline())


def sent(kind: type[T], value: T) -> T:
    """The value as a client reads it."""
    read: T = decode(kind, encode(kind, value), "the router")
    return read


def test_what_the_doctor_finds_is_said_in_the_language(home: FullHome) -> None:
    found = [sent(Finding, one) for one in home.doctor()]
    assert "answers and obeys" in " ".join(text for _, text in help_rows(found, seen(home)))
    speak("de")
    told = " ".join(text for _, text in help_rows(found, seen(home)))
    assert "antwortet und gehorcht" in told
    assert "answers" not in told
