"""A page in Debian's Chromium that nobody may leave the machine from, and that notes whatever goes wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    Response,
    Route,
)

CHROMIUM = "/usr/bin/chromium"
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_AXE = Path(__file__).parents[1] / "ui" / "web" / "node_modules" / "axe-core" / "axe.min.js"
_GRAVE = {"serious", "critical"}


def launch(playwright: Playwright) -> Browser:
    """Debian's Chromium, without a window."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)


@dataclass
class Watched:
    """A page, and everything about it that should not be."""

    page: Page
    context: BrowserContext
    wrongs: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)

    def hear(self, said: ConsoleMessage) -> None:
        """Note what the page complains of, a violation of its security policy among it."""
        if said.type in ("error", "warning"):
            self.wrongs.append(said.text)

    def failed(self, request: Request) -> None:
        """Note what did not arrive, but for a stream that ends because its page is left."""
        if not (request.url.endswith("/stream") and request.failure == "net::ERR_ABORTED"):
            self.wrongs.append(f"{request.url}: {request.failure}")

    def answered(self, answer: Response) -> None:
        """Note a refusal."""
        if answer.status >= 400:
            self.wrongs.append(f"{answer.url}: {answer.status}")

    def grave_violations(self) -> list[str]:
        """What axe finds on the screen that is shown, of the graver kinds."""
        self.page.evaluate(_AXE.read_text())
        found: list[dict[str, Any]] = self.page.evaluate("axe.run().then((result) => result.violations)")
        return [
            f"{one['id']}: {node['html'][:160]}"
            for one in found
            if one["impact"] in _GRAVE
            for node in one["nodes"]
        ]


@contextmanager
def watched(browser: Browser, **options: Any) -> Iterator[Watched]:
    """A fresh page; ``options`` are those of Playwright's ``new_context``."""
    context = browser.new_context(**options)
    one = Watched(context.new_page(), context)
    context.route("**/*", lambda route: _only_loopback(route, one.strays))
    one.page.on("console", one.hear)
    one.page.on("pageerror", lambda error: one.wrongs.append(str(error)))
    one.page.on("requestfailed", one.failed)
    one.page.on("response", one.answered)
    try:
        yield one
    finally:
        context.close()


def _only_loopback(route: Route, strays: list[str]) -> None:
    host = urlsplit(route.request.url).hostname or ""
    if _is_loopback(host):
        route.continue_()
        return
    strays.append(route.request.url)
    route.abort()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
