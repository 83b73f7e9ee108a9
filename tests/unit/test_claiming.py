"""A new router tells its terminal how it is claimed, and a claimed one says nothing."""

import io
from types import SimpleNamespace
from typing import Any

import pytest

from drrouter.app.claiming import tell_how_to_claim

CODE = "ABCDE-23456"


class Terminal(io.StringIO):
    """Somebody watches it."""

    def isatty(self) -> bool:
        return True


def an_entrance(code: str | None = CODE, claimed: bool = False) -> Any:
    return SimpleNamespace(claim=SimpleNamespace(code=code), people=SimpleNamespace(are_claimed=claimed))


def test_on_this_machine_a_link_and_a_code_are_enough() -> None:
    terminal = Terminal()
    tell_how_to_claim(an_entrance(), "http://127.0.0.1:8088", "127.0.0.1", ("router.home",), terminal)
    assert terminal.getvalue() == (
        f"This router has no owner yet. Open http://127.0.0.1:8088/#claim={CODE}\n"
        f"or open its panel and type the code {CODE}\n"
    )
    tell_how_to_claim(an_entrance(), "http://localhost:8088", "localhost", (), terminal)
    assert "▄" not in terminal.getvalue()


@pytest.mark.parametrize("terminal", [Terminal(), io.StringIO()])
def test_a_phone_reads_the_code_of_a_router_that_it_can_reach(terminal: io.StringIO) -> None:
    tell_how_to_claim(an_entrance(), "https://127.0.0.1:8088", "0.0.0.0", ("router.home", "other"), terminal)
    assert f"https://router.home:8088/#claim={CODE}\n" in terminal.getvalue()
    assert ("▄" in terminal.getvalue()) == terminal.isatty()


@pytest.mark.parametrize("entrance", [an_entrance(claimed=True), an_entrance(code=None)])
def test_a_router_that_has_an_owner_says_nothing(entrance: Any) -> None:
    terminal = Terminal()
    tell_how_to_claim(entrance, "http://127.0.0.1:8088", "127.0.0.1", (), terminal)
    assert terminal.getvalue() == ""
