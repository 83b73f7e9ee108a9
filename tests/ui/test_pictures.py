"""The screens look as they were last agreed on, at 80x24 and at 120x40, reached by keys alone."""

import pytest

from tests.ui.conftest import NARROW, WIDE, Open
from tests.ui.pictures import compare

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=lambda size: f"{size[0]}x{size[1]}")
DIALOGS = {
    "today": ((), "live"),
    "why": (("down", "w"), "would change it"),
    "options": (("down", "o"), "Escape closes"),
    "pause": (("down", "down", "down", "p"), "120 minutes"),
    "devices": (("2", "down"), "Object model"),
    "options_page": (("3",), "0.20 EUR"),
    "why_page": (("down", "4", "right"), "ready by 22:30"),
    "events": (("5",), "opt"),
    "providers": (("8",), "may send"),
    "help": (("question_mark",), "Escape closes"),
}


@SIZES
@pytest.mark.parametrize("name", DIALOGS)
async def test_a_screen_looks_as_agreed(opened: Open, size: tuple[int, int], name: str) -> None:
    keys, last = DIALOGS[name]
    async with opened(size) as screens:
        await screens.press(*keys)
        await screens.sees(last)
        compare(f"{name}_{size[0]}x{size[1]}", screens.text)
