"""From the first screen to "why does the washer start then", with each key counted (docs/newcomer.md)."""

from tests.ui.conftest import Open
from tests.ui.pictures import compare

MOST_KEYS = 3
KEYS = ("down", "w")


async def test_from_the_first_screen_to_why_the_washer_starts_then_it_is_at_most_three_keys(
    opened: Open,
) -> None:
    async with opened() as screens:
        await screens.sees("Washer", "22:00 to 23:30")
        pressed = 0
        for key in KEYS:
            await screens.press(key)
            pressed += 1
        await screens.sees("Washer starts at 22:00", "0.17 EUR less than now", "ready by 22:00")
        compare("newcomer_80x24", screens.text)
    assert pressed <= MOST_KEYS
