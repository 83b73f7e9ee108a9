"""Every screen by its key, and what its own keys ask of a real local API."""

from datetime import timedelta

import pytest

from drrouter.domain.owner import HandsOff, OptOut, Vacation
from drrouter.domain.wish import CycleWish, Override, OverrideMode
from drrouter_ui.words import LANGUAGES
from tests.adapters.api.memory_router import ECO
from tests.builders import CAR, HOUR, WASHER
from tests.ui.conftest import NARROW, WIDE, Open, Served
from tests.ui.home import NOW

PAGES = (
    ("2", "[2 Devices]", "Object model"),
    ("3", "[3 Options]", "0.20 EUR"),
    ("4", "[4 Why]", "what binds"),
    ("5", "[5 Events]", "understood"),
    ("6", "[6 History]", "0.80 kWh"),
    ("7", "[7 Advice]", "10.00 EUR a month"),
    ("8", "[8 Providers]", "openadr3"),
    ("9", "[9 Settings]", "Europe/Amsterdam"),
    ("1", "[1 Today]", "EUR/kWh"),
)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_every_screen_is_one_key_away(opened: Open, size: tuple[int, int]) -> None:
    async with opened(size) as screens:
        await screens.press("down")
        for key, tab, part in PAGES:
            await screens.press(key)
            await screens.sees(tab, part)
            assert all(len(line) <= size[0] for line in screens.text.splitlines())


async def test_hands_off_is_chosen_shown_on_every_screen_and_ended_by_the_same_key(
    served: Served, opened: Open
) -> None:
    async with opened() as screens:
        await screens.press("5", "h")
        await screens.sees("Hands off: for how long?", "1 hour")
        await screens.press("enter")
        await screens.sees("Nothing is steered until 15:20.")
        (word,) = served.home.words
        assert word == HandsOff(NOW, NOW + HOUR, "owner")
        served.home.hands_off = word
        served.home.tell_status()
        for key in "1289":
            await screens.press(key)
            await screens.sees("Hands off until 15:20, 1 h 00 left")
        await screens.press("h")
        await screens.sees("The router steers again.")
    assert served.home.words[-1] == ("steer", "owner")


async def test_days_away_are_chosen_and_ended_after_asking(served: Served, opened: Open) -> None:
    async with opened() as screens:
        await screens.press("v")
        await screens.sees("until Tue 18:00")
        await screens.press("down", "enter")
        await screens.sees("Nobody is at home until Wed 18:00.")
        (word,) = served.home.words
        assert isinstance(word, Vacation)
        served.home.vacation = word
        served.home.tell_status()
        await screens.press("v")
        await screens.sees("Is somebody at home again?")
        await screens.press("enter")
        assert served.home.words == [word]
        await screens.press("v", "down", "enter")
        await screens.sees("Somebody is at home again.")


async def test_overrides_are_on_every_screen_with_the_time_that_is_left(served: Served, opened: Open) -> None:
    served.home.overrides[CAR] = Override(CAR, OverrideMode.OFF, NOW + timedelta(minutes=40), "anna")
    async with opened() as screens:
        for key in "123456789":
            await screens.press(key)
            await screens.sees("Car off, 40 min left")


async def test_what_if_asks_half_an_hour_later_and_makes_it_so_and_undoes_it(
    served: Served, opened: Open
) -> None:
    before = served.home.wishes[WASHER] = CycleWish(WASHER, ECO.id, NOW, NOW + 8 * HOUR)
    async with opened() as screens:
        await screens.press("down", "4", "right", "right")
        await screens.sees("ready by 23:20", "It waits for the sun.")
        await screens.press("enter")
        await screens.sees("u takes it back.")
        made = served.home.wishes[WASHER]
        assert isinstance(made, CycleWish)
        assert made.ready_by == before.ready_by + HOUR
        await screens.press("left", "escape", "u")
        await screens.sees("Taken back: Washer.")
    made = served.home.wishes[WASHER]
    assert isinstance(made, CycleWish)
    assert made.ready_by == before.ready_by


async def test_a_wish_that_was_skipped_comes_back_by_u(served: Served, opened: Open) -> None:
    served.home.wishes[WASHER] = CycleWish(WASHER, ECO.id, NOW, NOW + 8 * HOUR)
    async with opened() as screens:
        await screens.press("down", "s")
        await screens.sees("u takes it back.")
        assert WASHER not in served.home.wishes
        await screens.press("u")
        await screens.sees("Taken back: Washer.")
        assert WASHER in served.home.wishes
        await screens.press("u")
        await screens.sees("There is nothing to take back.")


async def test_an_event_is_left_by_a_device_and_joined_again(served: Served, opened: Open) -> None:
    async with opened() as screens:
        await screens.press("5")
        await screens.sees("in force")
        await screens.press("i")
        await screens.sees("You take part in it already.")
        await screens.press("x", "down", "down", "enter")
        await screens.sees("takes no part until")
        word = served.home.words[-1]
        assert isinstance(word, OptOut)
        assert word.device_id == WASHER
        served.home.opt_outs = (word,)
        served.home.tell_status()
        await screens.sees("1 opt-out holds.")
        await screens.press("i")
        await screens.sees("Orders of providers count again.")
    assert served.home.words[-1] == (word.id, "owner")


async def test_history_goes_back_in_time_and_not_beyond_today(opened: Open) -> None:
    async with opened(WIDE) as screens:
        await screens.press("6")
        await screens.sees("Day: 2026-06-01", "without the router")
        await screens.press("left")
        await screens.sees("Day: 2026-05-31")
        await screens.press("m")
        await screens.sees("Month: 2026-05-01 to 2026-05-31")
        await screens.press("right", "y")
        await screens.sees("Year: 2026-01-01 to 2026-12-31")
        await screens.press("right", "d")
        await screens.sees("Day: 2026-06-01")
        await screens.press("less_than_sign")  # as the row of keys writes it
        await screens.sees("Day: 2026-05-31")


@pytest.mark.parametrize("language", LANGUAGES[1:])
async def test_settings_change_the_language_of_every_screen_and_the_router_keeps_it(
    served: Served, opened: Open, language: str
) -> None:
    words = {"de": "[1 Heute]", "fr": "[1 Aujourd", "nl": "[1 Vandaag]"}
    async with opened() as screens:
        await screens.press("9")
        await screens.sees("Deutsch")
        await screens.press(*["down"] * LANGUAGES.index(language), "enter")
        await screens.sees(f"* {'Langue' if language == 'fr' else 'Sprache' if language == 'de' else 'Taal'}")
        await screens.press("1")
        await screens.sees(words[language], "0,210", "22:00")
    assert (await served.client.settings())["language"] == language


async def test_a_device_is_handed_over_after_asking(served: Served, opened: Open) -> None:
    async with opened() as screens:
        await screens.press("2", "down", "g")
        await screens.sees("Let the router only watch Washer?")
        await screens.press("down", "enter")
        await screens.sees("The router only watches Washer.")
    assert WASHER in served.home.watched


async def test_tab_goes_round_the_devices_and_machines(opened: Open) -> None:
    async with opened() as screens:
        await screens.press("4", "tab")
        await screens.sees("Washer: why it runs")
        await screens.press("shift+tab", "shift+tab")
        await screens.sees("Air conditioning: why it runs")
        await screens.press("right")
        await screens.sees("Nothing can be asked of this device.")
        await screens.press("3", "tab")
        await screens.sees("Washer: which options")
        await screens.press("down", "enter")
        await screens.sees("washer: eco is promised for 15:20.")


async def test_while_the_router_is_gone_the_other_screens_show_what_was_last_known(
    served: Served, opened: Open
) -> None:
    async with opened() as screens:
        await screens.press("2")
        served.waits.may_go_on.clear()
        await served.stop()
        await screens.sees("Router gone since 14:20", "▸ Freezer")
        await screens.press("8")
        await screens.sees("Router gone since 14:20")
        await served.start()
        served.waits.may_go_on.set()
        await screens.sees("● live")


async def test_the_command_palette_opens_screens(opened: Open) -> None:
    async with opened(WIDE) as screens:
        await screens.press("ctrl+p")
        await screens.pilot.pause()
        await screens.press(*"Providers")
        await screens.sees("Open the screen Providers")
        await screens.press("enter")
        await screens.sees("[8 Providers]")
