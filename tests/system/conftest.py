"""A demo and a browser for the tests of the web panel; each module has its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.panel_home import NAME, PASSWORD, PATIENCE_MS, PHONE, Home, all_are_here
from tests.prefix_proxy import PrefixProxy
from tests.watched_page import launch, watched


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("demo")
    process = subprocess.Popen(
        [sys.executable, "-m", "drrouter", "demo", "--speed", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"XDG_CONFIG_HOME": str(folder), "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"},
        text=True,
    )
    assert process.stdout is not None
    try:
        told = ""
        while "Ctrl-C ends the demo" not in told:
            line = process.stdout.readline()
            assert line, told
            told += line
        [url] = re.findall(r"router +(http://\S+)", told)
        [token] = re.findall(r"token +(\S+)", told)
        with PrefixProxy(url) as proxy:
            made = Home(url, token, proxy, folder)
            all_are_here(made)
            yield made
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def claimed(home: Home, browser: Browser) -> Any:
    """The cookies of the person who has claimed the router, by the code that its owner's token may read."""
    code = home.ask("GET", "claim")["code"]
    with watched(browser, viewport=PHONE, locale="en-GB") as one:
        one.page.goto(f"{home.proxy.url}#claim={code}")
        expect(one.page.get_by_role("heading", level=1)).to_have_text("Welcome to your new router")
        assert code not in one.page.url  # nobody finds it in the history
        expect(one.page.get_by_label("Code")).to_have_value(code)
        assert one.grave_violations() == []
        one.page.get_by_label("Name").fill(NAME)
        one.page.get_by_label("Choose a password").fill(PASSWORD)
        one.page.get_by_role("button", name="This is my router").click()
        expect(one.page.get_by_text("Live")).to_be_visible(timeout=PATIENCE_MS)
        assert (one.wrongs, one.strays) == ([], [])
        return one.context.storage_state()
