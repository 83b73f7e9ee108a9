"""A table shows whole words on every terminal: as a table where there is room, else as cards."""

import io

import pytest
from rich.console import Console

from drrouter.cli.screen import table

TOKEN = "3119a8b812179d20fe98b74fb5dc833e"
HEADS = ("option", "because", "token")
ROWS = (("now", "it starts now", TOKEN), ("cheapest", "-", TOKEN))


def drawn(width: int) -> list[str]:
    out = Console(file=io.StringIO(), width=width, markup=False)
    out.print(table(HEADS, ROWS))
    assert isinstance(out.file, io.StringIO)
    return [line.rstrip() for line in out.file.getvalue().splitlines()]


def test_a_wide_terminal_has_one_row_a_line() -> None:
    assert drawn(80)[0].split() == list(HEADS)
    assert sum(TOKEN in line for line in drawn(80)) == 2


@pytest.mark.parametrize("width", [45, 50])
def test_a_narrow_terminal_has_cards_whose_token_can_be_copied(width: int) -> None:
    assert drawn(width) == [
        "option    now",
        "because   it starts now",
        f"token     {TOKEN}",
        "",
        "option   cheapest",
        f"token    {TOKEN}",
    ]


def test_the_narrowest_terminal_loses_nothing() -> None:
    assert "".join("".join(drawn(12)).split()).count("dc833e") == 2
