"""The screens look as they were last agreed on, at 80x24 and at 120x40, reached by keys alone."""

import pytest

from tests.ui.conftest import NARROW, WIDE, Open, Served
from tests.ui.measured import MeasuredHome
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
    "history": (("6",), "17.90 kWh"),
    "history_week": (("6", "w"), "53.70 kWh"),
    "advice": (("7",), "1.40 EUR a month"),
    "providers": (("8",), "may send"),
    "settings": (("9",), "Europe/Amsterdam"),
    "help": (("question_mark",), "Escape closes"),
}


@SIZES
@pytest.mark.parametrize("name", DIALOGS)
async def test_a_screen_looks_as_agreed(
    served: Served, opened: Open, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], name: str
) -> None:
    measured = MeasuredHome()
    monkeypatch.setattr(served.home, "history", measured.history)
    monkeypatch.setattr(served.home, "advice", measured.advice)
    keys, last = DIALOGS[name]
    async with opened(size) as screens:
        await screens.press(*keys)
        await screens.sees(last)
        shown = screens.text.replace(served.client.url, "http://127.0.0.1:8099")  # no two runs have one port
        compare(f"{name}_{size[0]}x{size[1]}", shown)
