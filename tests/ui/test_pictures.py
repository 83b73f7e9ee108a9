"""The screens look as they were last agreed on, at 80x24 and at 120x40, reached by keys alone."""

import pytest

from tests.ui.conftest import NARROW, WIDE, Open
from tests.ui.pictures import compare

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=lambda size: f"{size[0]}x{size[1]}")
DIALOGS = {
    "today": ((), "live"),
    "why": (("down", "w"), "would change it"),
    "options": (("down", "o"), "Escape closes"),
    "pause": (("down", "down", "down", "p"), "2 hours"),
    "help": (("question_mark",), "the router goes on"),
}


@SIZES
@pytest.mark.parametrize("name", DIALOGS)
async def test_a_screen_looks_as_agreed(opened: Open, size: tuple[int, int], name: str) -> None:
    keys, last = DIALOGS[name]
    async with opened(size) as screens:
        await screens.press(*keys)
        await screens.sees(last)
        compare(f"{name}_{size[0]}x{size[1]}", screens.text)
