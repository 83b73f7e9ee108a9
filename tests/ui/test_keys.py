"""Every key against a real local API: what it asks of the router, and the sentence that answers."""

import pytest

from drrouter.domain.device import DeviceState, Presence
from drrouter.domain.ids import DeviceId
from drrouter.domain.wish import OverrideMode
from drrouter.errors import OptionError, StoreError
from tests.builders import CAR, FREEZER, HOUR, HVAC, MINUTE, WASHER
from tests.ui.conftest import WIDE, Open, Served
from tests.ui.home import NOW

CURSOR = {FREEZER: 0, WASHER: 1, CAR: 3, HVAC: 4}


def to(device_id: DeviceId) -> list[str]:
    """The keys that bring the cursor to a device."""
    return ["down"] * CURSOR[device_id]


async def test_n_starts_the_programme_of_a_machine_and_tells_the_promise(
    served: Served, opened: Open
) -> None:
    async with opened() as screens:
        await screens.press(*to(WASHER), "n")
        await screens.sees("washer: eco is promised for 12:20.", "14:20 promised")
    (made,) = served.home.commitments.values()
    assert (made.device_id, made.start) == (WASHER, NOW)


async def test_n_switches_anything_else_on_for_an_hour(served: Served, opened: Open) -> None:
    async with opened() as screens:
        await screens.press(*to(CAR), "n")
        await screens.sees("car is switched on by the owner", "on until 15:20")
    made = served.home.overrides[CAR]
    assert (made.mode, made.until) == (OverrideMode.ON, NOW + HOUR)


async def test_n_says_so_where_the_machine_cannot_start_now(
    served: Served, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none(*_: object) -> tuple[()]:
        return ()

    monkeypatch.setattr(served.home, "options", none)
    async with opened() as screens:
        await screens.press(*to(WASHER), "n")
        await screens.sees("Washer cannot start now; press o to see when it can.")
        await screens.press("o")
        await screens.sees("No start can keep what is asked.")


async def test_s_forgets_what_was_asked(served: Served, opened: Open) -> None:
    async with opened() as screens:
        await screens.sees("normal by 22:00")
        await screens.press(*to(WASHER), "s")
        await screens.sees("washer: the owner asks for nothing.")
        await screens.sees_no("normal by 22:00")
    assert WASHER not in served.home.wishes


@pytest.mark.parametrize(
    ("downs", "minutes", "until"), [(0, 30, "14:50"), (1, 60, "15:20"), (2, 120, "16:20")]
)
async def test_p_switches_off_for_as_long_as_is_chosen(
    served: Served, opened: Open, downs: int, minutes: int, until: str
) -> None:
    async with opened() as screens:
        await screens.press(*to(HVAC), "p")
        await screens.sees("Pause Air conditioning")
        await screens.press(*["down"] * downs, "enter")
        await screens.sees("hvac is switched off by the owner", f"off until {until}")
    assert served.home.overrides[HVAC].until == NOW + minutes * MINUTE


async def test_a_gives_the_device_back_to_the_plan(served: Served, opened: Open) -> None:
    async with opened() as screens:
        await screens.press(*to(CAR), "n")
        await screens.sees("on until 15:20")
        await screens.press("a")
        await screens.sees("car is given back to the plan by the owner.")
        await screens.sees_no("on until 15:20")
        await screens.press(*["up"] * 3, "a")
        await screens.sees("Freezer follows the plan.")
    assert served.home.overrides == {}


@pytest.mark.parametrize("key", ["o", "enter"])
async def test_an_option_is_chosen_and_taken(served: Served, opened: Open, key: str) -> None:
    async with opened() as screens:
        await screens.press(*to(WASHER), key)
        await screens.sees("which options are available now?", "0.20 EUR")
        await screens.press("down", "enter")
        await screens.sees("washer: eco is promised for 15:20.", "17:20 promised")
    (made,) = served.home.commitments.values()
    assert made.start == NOW + 3 * HOUR


async def test_escape_takes_no_option_and_pauses_nothing(served: Served, opened: Open) -> None:
    async with opened() as screens:
        for key, title in (("o", "which options"), ("p", "Pause Washer")):
            await screens.press("home", *to(WASHER), key)
            await screens.sees(title)
            await screens.press("escape")
            await screens.sees_no(title)
    assert served.home.commitments == {}
    assert served.home.overrides == {}


async def test_an_offer_that_has_run_out_is_taken_where_it_is_still_as_good(
    served: Served, opened: Open
) -> None:
    async with opened() as screens:
        await screens.press(*to(WASHER), "o")
        await screens.sees("now               14:20")
        await served.clock.advance(3 * MINUTE)
        await screens.press("enter")
        await screens.sees("washer: eco is promised for 12:23.")


async def test_an_offer_that_has_run_out_is_shown_anew_where_the_router_offers_another(
    served: Served, opened: Open
) -> None:
    async with opened() as screens:
        await screens.press(*to(WASHER), "o", "down")
        await screens.sees("cheapest          17:20")
        await served.clock.advance(3 * MINUTE)
        await screens.press("enter")
        await screens.sees("The offer has run out.", "cheapest          17:23")
        await screens.press("down", "enter")
        await screens.sees("washer: eco is promised for 15:23.")


async def test_an_offer_that_no_longer_fits_is_replaced_by_fresh_ones(served: Served, opened: Open) -> None:
    served.home.conflict = True
    async with opened() as screens:
        await screens.press(*to(WASHER), "o", "enter")
        await screens.sees("It no longer fits below the limit.", "latest            19:20")
        await screens.press("escape")
    assert served.home.commitments == {}


async def test_w_tells_why_in_numbers_and_what_is_missed(opened: Open) -> None:
    async with opened(WIDE) as screens:
        await screens.press(*to(WASHER), "w")
        await screens.sees("Washer: why it runs when it runs", "0.26 EUR", "0.09 EUR", "0.17 EUR")
        await screens.sees(
            "ready by 02:00 would save", "deadline by 90 min: the limit of the evening", "1.20 kWh"
        )
        await screens.press("escape", "up", "w")
        await screens.sees("Freezer: why it runs when it runs")


async def test_w_and_the_chart_say_so_before_the_first_plan(served: Served, opened: Open) -> None:
    served.home.the_plan = None
    async with opened() as screens:
        await screens.sees("There is no plan yet")
        await screens.press("w")
        await screens.sees("there is none yet")


async def test_help_tells_the_keys_and_q_closes_it_first_and_then_the_screens(opened: Open) -> None:
    async with opened() as screens:
        await screens.press("question_mark")
        await screens.sees("Keys and chart", "1 - 9", "Escape closes.")
        await screens.press("q")
        await screens.sees_no("Keys and chart")
        assert screens.app.is_running
        await screens.press("q")
        assert screens.app.return_code == 0


async def test_t_goes_round_the_themes(opened: Open) -> None:
    async with opened() as screens:
        before = screens.app.theme
        await screens.press("t")
        await screens.sees("Theme: textual-light")
        assert screens.app.theme != before
        await screens.press("t", "t", "t", "t", "t")
        assert screens.app.theme == before


async def test_a_refusal_is_one_sentence_and_the_screens_go_on(
    served: Served, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def running(*_: object) -> None:
        raise OptionError("Washer is running; ask again when it is done.")

    async def no_disk(*_: object) -> None:
        raise StoreError("This holds now, but the disk does not take it.")

    monkeypatch.setattr(served.home, "options", running)
    monkeypatch.setattr(served.home, "clear_wish", no_disk)
    async with opened() as screens:
        await screens.press(*to(WASHER), "n")
        await screens.sees("Washer is running; ask again when it is done.")
        await screens.press("o", "s")
        await screens.sees("This holds now, but the disk does not take it.")
        await screens.press("home", "w")
        await screens.sees("the plan   optimal, of 14:15")


async def test_a_router_that_writes_nothing_down_is_told_for(
    served: Served, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served.home, "tell", lambda *_: None)
    async with opened() as screens:
        await screens.press(*to(WASHER), "n")
        await screens.sees("washer starts at 14:20 and ends at 16:20.")
        await screens.press("s")
        await screens.sees("Nothing is asked of Washer any more.")
        await screens.press("home", "n")
        await screens.sees("Freezer is on until 15:20.")


async def test_the_cursor_stays_on_its_device_whatever_is_told(served: Served, opened: Open) -> None:
    async with opened() as screens:
        await screens.press(*to(CAR))
        served.home.states[CAR] = DeviceState(Presence.PRESENT, on=True, power_w=2290.0)
        served.home.told(CAR)
        await screens.sees("▸ Car               on 2.29 kW")
        await screens.pilot.resize_terminal(*WIDE)
        await screens.sees("▸ Car                             on 2.29 kW")


async def test_devices_without_any_need_no_keys(served: Served, opened: Open) -> None:
    async with opened() as screens:
        served.home.profiles = ()
        served.home.tell_status()
        await screens.sees_no("Washer ")
        await screens.press("n", "s", "p", "a", "o", "w", "enter")
        await screens.sees("live")
