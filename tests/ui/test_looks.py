"""Names that want to act, terminals without colours or blocks, odd sizes and odd days."""

import io
import os
import sys

import pytest
from rich.cells import cell_len

from drrouter_ui import print_today
from drrouter_ui.draw.pen import ASCII, COLOUR, LETTERS, Pen
from drrouter_ui.once import text
from drrouter_ui.seen import look
from tests.adapters.api.memory_router import HOSTILE
from tests.ui.conftest import NARROW, WIDE, Open, Served
from tests.ui.home import PROFILES, FullHome
from tests.ui.pictures import COLOUR_CODE, coloured, compare

NASTY = "[red]Wäsche[/] \x1b]0;gone\x07\u202e 洗濯機 " + "x" * 70_000


@pytest.fixture
def hostile(served: Served) -> FullHome:
    """Every name and sentence wants to act."""
    home = served.home
    home.profiles = FullHome(served.clock, {profile.id: NASTY for profile in PROFILES}).profiles
    home.alerts = (HOSTILE, "[link=x]click[/link]")
    return home


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_names_that_want_to_act_are_shown_as_text(
    hostile: FullHome, opened: Open, size: tuple[int, int]
) -> None:
    async with opened(size, marker="▸ [red]Wäsche[/]") as screens:
        await screens.sees("! <script>alert(1)</script>", "[link=x]click[/link]", "Quit")
        for keys in (("down", "o"), ("escape", "w"), ("escape", "p"), ("escape", "n"), ("s",), ("a",)):
            await screens.press(*keys)
        await screens.sees("[red]Wäsche[/]")
        assert "\x1b" not in screens.text
        assert "\u202e" not in screens.text
        assert all(len(line) <= size[0] for line in screens.text.splitlines())


@pytest.mark.parametrize("size", [(20, 5), (40, 12), (81, 23), (200, 60)])
async def test_any_size_of_terminal_will_do(opened: Open, size: tuple[int, int]) -> None:
    async with opened(size, marker="Canal") as screens:
        await screens.press("down", "w", "escape", "question_mark", "escape", "o")
        await screens.pilot.pause()
        await screens.press("escape")
        await screens.pilot.resize_terminal(*NARROW)
        await screens.sees("▸ Washer", "Quit")


async def test_without_colours_letters_tell_the_loads_apart(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened() as screens:
        await screens.press("t")
        await screens.sees("Colours are switched off")
        await screens.press("down", "w")
        await screens.sees("would change it")
        assert not coloured(screens.app)
    async with opened() as screens:
        compare("letters_80x24", screens.text)


@pytest.mark.parametrize(
    ("name", "key", "last"),
    [
        ("today", "down", "Quit"),
        ("options", "o", "0.20 EUR"),
        ("why", "w", "0.26 EUR"),
        ("help", "question_mark", "Escape"),
    ],
)
async def test_plain_screens_are_made_of_ascii_without_colours(
    opened: Open, monkeypatch: pytest.MonkeyPatch, name: str, key: str, last: str
) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    async with opened(plain=True) as screens:
        await screens.press("down", key)
        await screens.sees(last)
        assert screens.text.isascii(), sorted({sign for sign in screens.text if not sign.isascii()})
        assert not coloured(screens.app)
        compare(f"plain_{name}_80x24", screens.text)


async def test_colours_are_there_unless_they_are_switched_off(opened: Open) -> None:
    async with opened() as screens:
        assert coloured(screens.app)


# Printed once


async def test_the_first_screen_is_printed_as_text(
    served: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    await print_today(served.client, plain=True)
    printed = capsys.readouterr().out
    assert printed.isascii()
    compare("once_plain_80", printed)
    monkeypatch.setenv("COLUMNS", "120")
    await print_today(served.client)
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    compare("once_120", printed)


async def test_printed_pages_have_colours_on_a_terminal_that_wants_them(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert COLOUR_CODE.search(await _printed_on_a_terminal(served, monkeypatch))
    monkeypatch.setenv("NO_COLOR", "1")
    assert not COLOUR_CODE.search(await _printed_on_a_terminal(served, monkeypatch))


async def _printed_on_a_terminal(served: Served, monkeypatch: pytest.MonkeyPatch) -> str:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("TERM", "xterm-256color")
    await print_today(served.client)
    monkeypatch.undo()
    return terminal.getvalue()


class Terminal(io.StringIO):
    """Says that it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("pen", [COLOUR, LETTERS, ASCII], ids=["colour", "letters", "ascii"])
@pytest.mark.parametrize("width", [40, 80, 133, 300])
async def test_no_row_of_the_page_is_longer_than_the_page(
    hostile: FullHome, served: Served, pen: Pen, width: int
) -> None:
    rows = text(await look(served.client), width, pen)
    assert max(cell_len(row.plain) for row in rows) <= width
    assert all(row.plain.isprintable() for row in rows)
    assert pen.blocks or all(row.plain.isascii() for row in rows)
