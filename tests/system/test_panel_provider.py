"""Prices that nobody has published yet, integrations that are told what they need, and leaving a provider."""

import tomllib
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.panel_home import DESK, PATIENCE_MS, PHONE, PICTURES, Home, Operator, in_order, opened
from tests.watched_page import watched

pytestmark = pytest.mark.timeout(600)  # a demo starts, which takes minutes on a busy machine


@pytest.fixture(scope="module")
def half_priced(home: Home) -> Home:
    """The home whose provider has taken the prices of Sunday back."""
    Operator.of(home.folder).withdraw("prices-sunday")
    with home.listen() as told:
        while home.ask("GET", "status")["prices_until"] > "2023-07-29T23":
            assert told.readline()
    return home


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_nobody_has_published_yet_is_hatched(
    half_priced: Home, browser: Browser, claimed: Any, theme: Literal["light", "dark"]
) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    options = {"storage_state": claimed, "viewport": DESK, "color_scheme": theme, "locale": "en-GB"}
    with watched(browser, **options) as one:
        opened(half_priced, one)
        expect(one.page.locator(".plan figure")).to_have_attribute("aria-busy", "false")
        legend = one.page.locator(".plan .legend")
        expect(legend).to_contain_text("Price expected, not published yet", timeout=PATIENCE_MS)
        one.page.locator(".plan").screenshot(path=PICTURES / f"panel-expected-{theme}.png")
        one.page.get_by_role("button", name="Show as table").click()
        rows = one.page.get_by_role("region", name="The plan as a table").get_by_role("row")
        expect(rows.nth(2)).not_to_contain_text("expected")
        expect(rows.last).to_contain_text("expected")
        in_order(one)


def test_an_integration_is_told_what_it_needs_and_what_is_wrong_is_refused(
    home: Home, browser: Browser, claimed: Any
) -> None:
    [file] = home.folder.glob("drrouter-demo-*/home.toml")
    before = file.read_text()
    with watched(browser, storage_state=claimed, viewport=PHONE, locale="en-GB") as one:
        opened(home, one, "settings")
        card = one.page.get_by_role("region", name="How devices are reached")
        expect(card).to_contain_text("Told of in the home file: Kasa")
        card.get_by_label("Integration").select_option(label="MQTT")
        host, write = card.get_by_label("Host"), card.get_by_role("button", name="Write it down")
        host.fill("not a host!")
        write.click()
        expect(card.get_by_role("alert")).to_contain_text("does not have the right form")
        assert file.read_text() == before
        assert len(one.wrongs) == 2  # the refusal, which the browser tells of, too
        one.wrongs.clear()
        card.get_by_label("Integration").select_option(label="P1")
        expect(card).to_contain_text("Its settings stand in the home file alone.")
        expect(card.get_by_role("alert")).to_be_empty()  # what was wrong was another's
        expect(write).to_have_count(0)
        card.get_by_label("Integration").select_option(label="MQTT")
        host.fill("127.0.0.1")
        card.get_by_label("Port").fill("1883")
        card.get_by_label("User name there").fill("drrouter")
        card.get_by_label("Secret or token").fill("a long password")
        write.click()
        expect(card).to_contain_text("Told of in the home file: Kasa, MQTT")
        expect(card.get_by_role("link", name="Begin with this")).to_be_visible()
        expect(card.get_by_label("Secret or token")).to_have_value("")
        assert one.grave_violations() == []
        in_order(one)
    said = tomllib.loads(file.read_text())["mqtt"]
    assert (said["host"], said["port"]) == ("127.0.0.1", 1883)
    assert (file.parent / said["password_file"]).read_text() == "a long password\n"
    assert all(line in file.read_text().splitlines() for line in before.splitlines())  # comments among them


def test_a_provider_is_left_only_by_who_means_it(home: Home, browser: Browser, claimed: Any) -> None:
    with watched(browser, storage_state=claimed, viewport=PHONE, locale="en-GB") as one:
        opened(home, one, "providers")
        leave = one.page.get_by_role("button", name="Leave this provider")
        leave.click()
        expect(one.page.locator(".confirm")).to_contain_text("This cannot be undone")
        one.page.get_by_role("button", name="Keep it").click()
        assert [view["id"] for view in home.ask("GET", "providers")] == ["grid"]
        leave.click()
        assert one.grave_violations() == []
        leave.click()
        expect(one.page.locator(".toast")).to_contain_text("grid is left", timeout=PATIENCE_MS)
        expect(one.page.get_by_role("heading", name="No provider yet")).to_be_visible()
        in_order(one)
    assert home.ask("GET", "providers") == []
