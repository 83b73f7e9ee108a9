"""The owner's word on the panel: hands off, vacation, opt-outs, overrides, what-if, people, ways in."""

import re
from datetime import datetime, timedelta
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.panel_home import DESK, NAME, PATIENCE_MS, PHONE, PICTURES, Home, Operator, in_order, opened
from tests.watched_page import Watched, watched

LIMIT = "evening-limit"

pytestmark = pytest.mark.timeout(600)  # a demo starts, which takes minutes on a busy machine


@pytest.fixture(scope="module")
def limited(home: Home) -> Home:
    """The home with a limit of its provider to come."""
    now = datetime.fromisoformat(home.ask("GET", "status")["now"])
    Operator.of(home.folder).limit(LIMIT, f"{now + timedelta(hours=2):%Y-%m-%dT%H:00:00Z}", 2.0)
    return home


def switch(one: Watched) -> Locator:
    return one.page.locator("button.house")


def toast(one: Watched) -> Locator:
    return one.page.locator(".toast")


def test_hands_off_is_one_switch_away_and_shows_on_every_screen(
    home: Home, browser: Browser, claimed: Any
) -> None:
    with watched(browser, storage_state=claimed, viewport=PHONE, locale="en-GB") as one:
        opened(home, one)
        expect(switch(one)).to_have_text("Automatic")
        switch(one).click()
        assert one.grave_violations() == []
        dialog = one.page.get_by_role("dialog", name="The whole home")
        dialog.get_by_label("Until when").select_option("open")
        dialog.get_by_role("button", name="Hands off").click()
        expect(dialog).to_be_hidden()
        expect(switch(one)).to_have_text("Hands off")
        for screen in ("today", "devices", "events", "settings"):
            opened(home, one, screen)
            expect(one.page.locator(".banner")).to_contain_text(f"Said by {NAME}")
        assert one.grave_violations() == []
        one.page.screenshot(path=PICTURES / "panel-hands-off-phone-light.png")
        one.page.locator(".banner").get_by_role("button", name="Steer again").click()
        expect(switch(one)).to_have_text("Automatic")
        toast(one).get_by_role("button", name="Undo").click()
        expect(switch(one)).to_have_text("Hands off")
        one.page.locator(".banner").get_by_role("button", name="Steer again").click()
        expect(switch(one)).to_have_text("Automatic")
        assert home.ask("GET", "status")["hands_off"] is None
        in_order(one)


def test_hands_off_for_an_hour_ends_by_itself_and_is_undone_by_one_tap(
    home: Home, browser: Browser, claimed: Any
) -> None:
    with watched(browser, storage_state=claimed, viewport=DESK, locale="en-GB") as one:
        opened(home, one)
        switch(one).click()
        one.page.get_by_role("dialog").get_by_role("button", name="Hands off").click()
        expect(toast(one)).to_contain_text("Hands off until")
        assert home.ask("GET", "status")["hands_off"]["until"] is not None
        toast(one).get_by_role("button", name="Undo").click()
        expect(switch(one)).to_have_text("Automatic")
        in_order(one)


def test_a_vacation_is_said_shown_and_ended(home: Home, browser: Browser, claimed: Any) -> None:
    with watched(browser, storage_state=claimed, viewport=DESK, locale="en-GB") as one:
        opened(home, one)
        switch(one).click()
        one.page.get_by_role("dialog").get_by_role("button", name="We go away").click()
        expect(one.page.locator(".banner")).to_contain_text("Nobody is at home until")
        expect(switch(one)).to_have_text("Away")
        opened(home, one, "device/washer")
        expect(one.page.get_by_role("main").get_by_text("warm stores rest until shortly")).to_be_visible()
        one.page.locator(".banner").get_by_role("button", name="We are back").click()
        expect(switch(one)).to_have_text("Automatic")
        expect(toast(one).get_by_role("button", name="Undo")).to_be_visible()
        in_order(one)


def test_what_a_device_is_held_at_shows_everywhere_and_is_taken_back_by_one_tap(
    home: Home, browser: Browser, claimed: Any
) -> None:
    with watched(browser, storage_state=claimed, viewport=PHONE, locale="en-GB") as one:
        opened(home, one, "device/car")
        one.page.get_by_label("Off until").select_option("tomorrow")
        one.page.get_by_role("button", name="Pause").click()
        opened(home, one, "options")
        badge = one.page.locator(".badge", has_text="Car: off until")
        expect(badge).to_contain_text("left")
        badge.get_by_role("button", name="Take back").click()
        expect(badge).to_have_count(0)
        toast(one).get_by_role("button", name="Undo").click()
        expect(badge).to_have_count(1)
        badge.get_by_role("button", name="Take back").click()
        expect(badge).to_have_count(0)
        in_order(one)


def test_the_home_opts_out_of_an_event_and_takes_part_again(
    limited: Home, browser: Browser, claimed: Any
) -> None:
    with watched(browser, storage_state=claimed, viewport=DESK, locale="en-GB") as one:
        opened(limited, one, "events")
        card = one.page.locator(".event", has_text=LIMIT)
        expect(card).to_contain_text("Take at most 2\u202fkW from the grid", timeout=PATIENCE_MS)
        expect(card).to_contain_text("By the plan the home takes at most", timeout=PATIENCE_MS)
        expect(card.locator(".acks")).to_contain_text("Planned", timeout=PATIENCE_MS)
        card.get_by_role("button", name="What does it cost?").click()
        expect(card.locator(".cost")).to_contain_text(
            re.compile("By obeying|costs nothing"), timeout=PATIENCE_MS
        )
        one.page.screenshot(path=PICTURES / "panel-event-desk-light.png", full_page=True)
        card.get_by_role("button", name="Opt out").click()
        expect(card.locator(".does")).to_have_text("The home takes no part in it. The provider is told.")
        expect(card.locator(".acks")).to_contain_text("Opted out", timeout=PATIENCE_MS)
        assert one.grave_violations() == []
        card.get_by_role("button", name="Take part again").click()
        expect(card.locator(".does")).not_to_contain_text("takes no part")
        card.get_by_label("Who takes no part").select_option(label="Car")
        card.get_by_role("button", name="Opt out").click()
        expect(card.locator(".badge")).to_contain_text("Car: takes no part until")
        toast(one).get_by_role("button", name="Undo").click()
        expect(card.locator(".badge")).to_have_count(0)
        in_order(one)


def test_the_slider_plans_another_time_and_makes_it_so(home: Home, browser: Browser, claimed: Any) -> None:
    with watched(browser, storage_state=claimed, viewport=PHONE, locale="en-GB") as one:
        opened(home, one, "why/dishwasher")
        one.page.get_by_role("slider").press("End")
        expect(one.page.get_by_text("It would run")).to_be_visible(timeout=PATIENCE_MS)
        one.page.screenshot(path=PICTURES / "panel-what-if-phone-light.png", full_page=True)
        assert one.grave_violations() == []
        assert home.ask("GET", "devices/dishwasher")["wish"] is None  # a question changes nothing
        one.page.get_by_role("button", name="Make it so").click()
        expect(toast(one)).to_contain_text("Dishwasher will be ready by", timeout=PATIENCE_MS)
        assert home.ask("GET", "devices/dishwasher")["wish"] is not None
        opened(home, one, "device/dishwasher")
        one.page.get_by_role("button", name="Skip this time").click()
        expect(one.page.get_by_text("Nobody has asked for anything")).to_be_visible(timeout=PATIENCE_MS)
        toast(one).get_by_role("button", name="Undo").click()
        expect(one.page.get_by_role("button", name="Skip this time")).to_be_visible(timeout=PATIENCE_MS)
        one.page.get_by_role("button", name="Skip this time").click()
        expect(one.page.get_by_text("Nobody has asked for anything")).to_be_visible(timeout=PATIENCE_MS)
        in_order(one)


def test_a_device_is_only_watched_and_handed_over_again(home: Home, browser: Browser, claimed: Any) -> None:
    with watched(browser, storage_state=claimed, viewport=DESK, locale="en-GB") as one:
        opened(home, one, "device/freezer")
        one.page.get_by_role("button", name="Only watch it").click()
        expect(toast(one)).to_contain_text("The router only watches Freezer from now on.")
        assert home.ask("GET", "devices/freezer")["watched"]
        one.page.get_by_role("button", name="Let the router steer it").click()
        expect(one.page.get_by_role("button", name="Only watch it")).to_be_visible()
        assert not home.ask("GET", "devices/freezer")["watched"]
        in_order(one)


def test_a_pull_plug_test_asks_first_tells_how_far_it_is_and_ends(
    home: Home, browser: Browser, claimed: Any
) -> None:
    with watched(browser, storage_state=claimed, viewport=DESK, locale="en-GB") as one:
        opened(home, one, "device/washer")
        card = one.page.get_by_role("region", name="Pull-plug test")
        card.get_by_role("button", name="Begin the test").click()
        expect(card.get_by_role("button", name="Begin the test")).to_be_focused()
        card.get_by_role("button", name="Keep it").click()
        assert home.ask("GET", "devices/washer")["plug_test"] is None
        card.get_by_role("button", name="Begin the test").click()
        card.get_by_role("button", name="Begin the test").click()
        expect(card.locator("[aria-current=step]")).to_have_text("Start the machine at its buttons")
        card.get_by_role("button", name="End the test").click()
        expect(toast(one)).to_contain_text("The test is over")
        in_order(one)


def test_an_owner_adds_a_person_lets_a_phone_in_and_takes_both_back(
    home: Home, browser: Browser, claimed: Any
) -> None:
    with watched(browser, storage_state=claimed, viewport=DESK, locale="en-GB") as one:
        opened(home, one, "settings")
        people = one.page.get_by_role("region", name="People")
        people.get_by_label("Name").fill("Grace")
        people.get_by_label("Password").fill("another long password")
        people.get_by_role("button", name="Add").click()
        expect(people.get_by_role("listitem").filter(has_text="Grace")).to_contain_text("Resident")
        one.page.get_by_role("button", name="Make a link").click()
        picture = one.page.get_by_role("img", name="QR code of the one-time link")
        expect(picture).to_be_visible()
        assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
        link = one.page.locator(".invitation code").inner_text()
        assert link.startswith(f"{home.proxy.url}#link=")
        assert one.grave_violations() == []
        one.page.screenshot(path=PICTURES / "panel-invite-desk-light.png", full_page=True)
        with watched(browser, viewport=PHONE, locale="en-GB") as phone:
            phone.page.goto(link)
            expect(phone.page.get_by_text("Live")).to_be_visible(timeout=PATIENCE_MS)
            opened(home, one, "settings")
            one.page.reload()
            sessions = one.page.get_by_role("region", name="Where people are signed in")
            other = sessions.get_by_role("listitem").filter(has_text="last seen").first
            other.get_by_role("button", name="Sign out").click()
            other.get_by_role("button", name="Sign out").click()
            expect(phone.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=PATIENCE_MS)
        people.get_by_role("button", name="Remove Grace").click()
        people.get_by_role("button", name="Remove").last.click()
        expect(people.get_by_role("listitem").filter(has_text="Grace")).to_have_count(0)
        in_order(one)


def test_a_token_shows_its_secret_once_and_is_revoked(home: Home, browser: Browser, claimed: Any) -> None:
    with watched(browser, storage_state=claimed, viewport=DESK, locale="en-GB") as one:
        opened(home, one, "settings")
        tokens = one.page.get_by_role("region", name="Tokens")
        tokens.get_by_label("What for").fill("wall display")
        tokens.get_by_role("button", name="Make a token").click()
        expect(tokens.locator("code")).to_contain_text("drr_")
        row = tokens.get_by_role("listitem").filter(has_text="wall display")
        row.get_by_role("button", name="Revoke").click()
        row.get_by_role("button", name="Revoke").click()
        expect(row).to_have_count(0)
        in_order(one)


def test_help_tells_how_the_router_is_and_gives_a_bundle(home: Home, browser: Browser, claimed: Any) -> None:
    with watched(browser, storage_state=claimed, viewport=DESK, locale="en-GB") as one:
        opened(home, one, "help")
        one.page.get_by_text(re.compile(r"\d+ things are well")).click()
        expect(one.page.locator(".findings li").first).to_be_visible()
        with one.page.expect_download() as bundle:
            one.page.get_by_role("link", name="Download the bundle").click()
        assert bundle.value.suggested_filename == "drrouter-bundle.zip"
        assert bundle.value.path().read_bytes().startswith(b"PK")


def test_a_guest_sees_everything_and_changes_nothing(home: Home, browser: Browser, claimed: Any) -> None:
    told = home.ask("POST", "links", {"role": "guest"})["url"]
    with watched(browser, viewport=PHONE, locale="en-GB") as one:
        one.page.goto(f"{home.proxy.url}#{told.partition('#')[2]}")
        expect(one.page.get_by_text("Live")).to_be_visible(timeout=PATIENCE_MS)
        for screen in ("events", "providers", "settings", "help", "why/washer", "device/washer"):
            opened(home, one, screen)
        switch(one).click()
        expect(one.page.get_by_role("dialog").get_by_role("button", name="Hands off")).to_be_disabled()
        in_order(one)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["de", "fr", "nl"])
def test_no_screen_is_wider_than_a_phone_in_any_language(
    limited: Home, browser: Browser, claimed: Any, language: str, theme: Literal["light", "dark"]
) -> None:
    options = {"storage_state": claimed, "viewport": PHONE, "color_scheme": theme, "locale": language}
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    with watched(browser, **options) as one:
        for screen in ("today", "events", "providers", "settings", "help", "why/washer", "device/washer"):
            one.page.goto(f"{limited.proxy.url}#/{screen}")
            expect(one.page.locator(".pill.live")).to_be_visible(timeout=PATIENCE_MS)
            expect(one.page.locator("main h1")).not_to_be_empty()
            assert one.page.evaluate(overflow) == 0, screen
            one.page.screenshot(
                path=PICTURES / f"panel-{screen.replace('/', '-')}-phone-{theme}-{language}.png",
                full_page=True,
            )
        in_order(one)
