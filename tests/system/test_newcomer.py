"""From `make demo` to "why does the washer start then", with each click counted (docs/newcomer.md)."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.panel_home import DESK, PATIENCE_MS, PICTURES, in_order
from tests.watched_page import watched

COUNT_CLICKS = (
    "window.clicks = 0;addEventListener('click', (event) => { if (event.isTrusted) window.clicks++; }, true);"
)
MOST_CLICKS = 2

pytestmark = pytest.mark.timeout(600)  # a demo starts, which takes minutes on a busy machine


@pytest.fixture(scope="module")
def link(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The link to the panel that `drrouter demo` prints, once the washer waits to start."""
    folder = tmp_path_factory.mktemp("demo")
    process = subprocess.Popen(
        [sys.executable, "-m", "drrouter", "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"XDG_CONFIG_HOME": str(folder), "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"},
        text=True,
    )
    assert process.stdout is not None
    try:
        yield _read_on(process.stdout, folder)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def _read_on(printed: Iterator[str], folder: Path) -> str:
    """Read until the washer is promised; the demo's people load it in the first minutes of its day."""
    found = ""
    for line in printed:
        found = found or "".join(re.findall(r"panel +(http://\S+)", line))
        if "Washer: " in line and "promised" in line:
            return found
    raise AssertionError(f"the demo has ended; its files are in {folder}")


def clicks(page: Page) -> int:
    counted: int = page.evaluate("window.clicks")
    return counted


def test_from_the_link_of_the_demo_to_why_the_washer_starts_then_it_is_at_most_two_clicks(
    link: str, browser: Browser
) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with watched(browser, viewport=DESK, locale="en-GB", color_scheme="light") as one:
        one.page.add_init_script(COUNT_CLICKS)
        one.page.goto(link)
        heading = one.page.get_by_role("heading", level=1)
        expect(heading).to_contain_text("Next: Washer", timeout=PATIENCE_MS)
        expect(one.page.locator(".plan figure")).to_have_attribute("aria-busy", "false")
        one.page.screenshot(path=PICTURES / "newcomer-today.png")
        one.page.get_by_role("link", name="Why Washer then?").click()
        expect(heading).to_have_text("Why Washer runs when it runs")
        panel = one.page.locator(".why-panel")
        expect(panel).to_contain_text(re.compile(r"Washer .*start.* at .*\d\d:\d\d.* less than now"))
        expect(panel.get_by_role("row", name=re.compile("If it started now"))).to_be_visible()
        expect(panel.get_by_role("row", name=re.compile("As planned"))).to_be_visible()
        one.page.screenshot(path=PICTURES / "newcomer-why.png")
        assert 1 <= clicks(one.page) <= MOST_CLICKS
        in_order(one)
