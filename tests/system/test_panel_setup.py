"""The setup in a browser: from the claim of a router without devices to one that steers the first of them."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from drrouter.config import load_home
from drrouter.config.setup import make_home
from drrouter.sim.demo.files import write_simulated_home
from tests.watched_page import Watched, launch, watched

PICTURES = Path(__file__).parents[2] / "build" / "pictures"
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
STEPS = ("place", "tariff", "providers", "devices", "limits", "apply", "hand")
PASSWORD = "a long enough password"
PATIENCE_MS = 60_000

pytestmark = pytest.mark.timeout(240)


@dataclass(frozen=True)
class Router:
    """A router that runs by a home file."""

    url: str
    file: Path

    def ask(self, path: str) -> Any:
        """What it answers to its owner's token."""
        token = (self.file.parent / "owner-token").read_text().strip()
        request = urllib.request.Request(
            f"{self.url}/api/v1/{path}", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())


@contextmanager
def process(folder: Path, *arguments: str) -> Iterator[dict[str, Any]]:
    """One of our programs, once it says where it is."""
    with (folder / f"{arguments[0]}.log").open("w") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "drrouter", *arguments],
            stdout=subprocess.PIPE,
            stderr=log,
            env=os.environ | {"XDG_CONFIG_HOME": str(folder), "PYTHONUNBUFFERED": "1", "TZ": "UTC"},
            text=True,
        )
        assert child.stdout is not None
        try:
            yield json.loads(child.stdout.readline())
        finally:
            child.send_signal(signal.SIGTERM)
            child.communicate(timeout=60)


@pytest.fixture(scope="module")
def router(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Router]:
    folder = tmp_path_factory.mktemp("home")
    file = folder / "home.toml"
    make_home(file, {"TZ": "UTC"})
    with process(folder, "sim-home", str(write_simulated_home(folder))) as plugs:
        more = '\n# written by hand\n[api]\nport = 0\n[kasa]\nbroadcast = "127.255.255.255"\n'
        more += f"port = {plugs['plug_port']}\ndiscovery_s = 0.3\n"
        file.write_text(file.read_text() + more)
        with process(folder, "run", str(file)) as ready:
            yield Router(ready["url"], file)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


def next_step(page: Page, heading: str, button: str = "Next") -> None:
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading, timeout=PATIENCE_MS)


def found(page: Page, name: str) -> Any:
    return page.locator("fieldset.found", has=page.get_by_role("checkbox", name=name, exact=True))


@pytest.fixture(scope="module")
def set_up(router: Router, browser: Browser) -> Any:
    """Claim the router on a phone in Berlin and go through every step; the cookies of the owner."""
    code = router.ask("claim")["code"]
    with watched(browser, viewport=PHONE, locale="en-GB", timezone_id="Europe/Berlin") as one:
        page = one.page
        page.goto(f"{router.url}/#claim={code}")
        page.get_by_label("Name").fill("Ada")
        page.get_by_label("Choose a password").fill(PASSWORD)
        page.get_by_role("button", name="This is my router").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Where is your home?", timeout=PATIENCE_MS)
        expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
        page.get_by_label("What do you call it?").fill("Casa <b>Ada</b>")
        next_step(page, "What does electricity cost?")
        expect(page.get_by_text("Module 3 in Wanfried")).to_be_visible()
        page.get_by_label("Price (EUR per kWh)").fill("a lot")
        page.get_by_role("button", name="Next", exact=True).click()
        expect(page.get_by_role("alert")).to_have_text("“a lot” is no number.")
        page.get_by_label("Price (EUR per kWh)").fill("0,28")
        next_step(page, "Who sends prices and events?")
        next_step(page, "Which devices belong to it?", "Skip")
        for name in ("Dishwasher", "Car charger", "Air conditioning"):
            box = found(page, name).get_by_role("checkbox")
            expect(box).to_be_visible(timeout=PATIENCE_MS)
            box.uncheck()
        found(page, "Freezer").get_by_role("checkbox").check()
        found(page, "Freezer").get_by_label("Object model").select_option("generic.freezer")
        found(page, "Washer").get_by_role("checkbox").uncheck()
        next_step(page, "What do the fuses bear?")
        page.get_by_label("Main fuse (W)").fill("8050")
        next_step(page, "Does it look right?")
        expect(page.get_by_text("8.05 kW")).to_be_visible()
        next_step(page, "What may the router steer?", "Begin with this")
        expect(page.locator(".written li", has_text="Freezer")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.get_by_text("Live")).to_be_visible(timeout=PATIENCE_MS)
        page.get_by_role("button", name="Hand over Freezer").click()
        expect(page.get_by_role("button", name="Only watch Freezer")).to_be_visible()
        page.get_by_role("button", name="Done").click()
        expect(page.locator(".card.device", has_text="Freezer")).to_be_visible(timeout=PATIENCE_MS)
        assert one.strays == []
        return one.context.storage_state()


def test_the_home_file_says_what_the_owner_has_chosen(router: Router, set_up: Any) -> None:
    home, text = load_home(router.file), router.file.read_text()
    assert (home.name, home.zone.key, home.import_limit_w) == ("Casa <b>Ada</b>", "Europe/Berlin", 8050.0)
    assert home.tariff.component[0].price_per_kwh == 0.28
    assert [(one.profile.name, one.profile.watch_only) for one in home.devices] == [("Freezer", True)]
    assert "# written by hand" in text
    assert router.ask("devices")[0]["watched"] is False


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("size", "viewport"), [("desk", DESK), ("phone", PHONE)])
def test_every_step_is_without_a_flaw(
    router: Router, browser: Browser, set_up: Any, theme: Any, size: str, viewport: Any
) -> None:
    options = {"storage_state": set_up, "viewport": viewport, "color_scheme": theme, "locale": "en-GB"}
    with watched(browser, **options) as one:
        for step in STEPS:
            shown(router, one, step)
            assert one.grave_violations() == [], step
            overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert one.page.evaluate(overflow) == 0, step
            PICTURES.mkdir(parents=True, exist_ok=True)
            one.page.screenshot(path=PICTURES / f"setup-{step}-{size}-{theme}.png", full_page=True)
        assert (one.wrongs, one.strays) == ([], [])


def shown(router: Router, one: Watched, step: str) -> None:
    one.page.goto(f"{router.url}/#/setup/{step}")
    expect(one.page.get_by_text("Live")).to_be_visible(timeout=PATIENCE_MS)
    expect(one.page.locator(".card.step .next")).to_be_enabled(timeout=PATIENCE_MS)


def test_a_provider_is_refused_with_a_reason_then_added_and_taken_out(
    router: Router, browser: Browser, set_up: Any
) -> None:
    with watched(browser, storage_state=set_up, viewport=DESK, locale="en-GB") as one:
        shown(router, one, "providers")
        page = one.page
        page.get_by_label("Its name here").fill("grid")
        page.get_by_label("Its address").fill("http://vtn.example")
        page.get_by_role("button", name="Next", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("Write https")
        page.get_by_label("Its address").fill("https://vtn.example/openadr3/3.1.0")
        page.get_by_label("Your client id").fill("us")
        page.get_by_label("Secret or token").fill("open sesame")
        next_step(page, "Which devices belong to it?")
        assert (router.file.parent / "secrets" / "grid").read_text() == "open sesame\n"
        page.get_by_role("button", name="Back", exact=True).click()
        page.get_by_role("button", name="Remove grid").click()
        expect(page.get_by_role("button", name="Remove grid")).to_have_count(0)
        assert load_home(router.file).providers == ()
        assert one.strays == []
