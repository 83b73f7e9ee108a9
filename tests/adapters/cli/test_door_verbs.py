"""The command line shows how a router is claimed, lets a browser in, and says who may sign in."""

import io
import json
import sys

import pytest

from drrouter.adapters import qr
from tests.adapters.api.conftest import PASSWORD, Served
from tests.adapters.cli.conftest import Run


class Terminal(io.StringIO):
    """Somebody watches it, and types nothing."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))


async def test_the_claim_is_shown_again_and_renewed(served: Served, run: Run) -> None:
    code = served.entrance.claim.code or ""
    said = await run("claim")
    assert said.out == f"{served.api.url}/#claim={code}\n"
    assert code in said.err
    renewed = json.loads((await run("claim", "--renew", "--json")).out)
    assert renewed["code"] == served.entrance.claim.code != code


async def test_a_claimed_router_says_so(served: Served, run: Run, typed: None) -> None:
    assert (await run("people", "add", "Anna", "--role", "owner")).err == "Anna may sign in as owner.\n"
    said = await run("claim")
    assert (said.code, said.err) == (1, "This router has an owner; there is nothing to claim.\n")


async def test_a_link_lets_a_browser_in(served: Served, run: Run) -> None:
    said = await run("link", "--role", "guest", "--minutes", "5")
    assert said.out.startswith(f"{served.api.url}/#link=")
    assert said.err == "Good once, for 5 minutes.\n"
    assert json.loads((await run("link", "--json")).out)["svg"].startswith("<svg")
    assert (await run("link", "--minutes", "61")).code == 2


async def test_people_are_listed_added_and_removed(served: Served, run: Run, typed: None) -> None:
    await run("people", "add", "Ben")
    assert "resident" in (await run("people", "list")).out
    assert json.loads((await run("people", "list", "--json")).out)[0]["name"] == "Ben"
    assert (await run("people", "remove", "ben")).code == 0
    assert (await run("people", "remove", "ben")).err == "Nobody of that name is here.\n"


async def test_a_forgotten_password_is_replaced(
    served: Served, run: Run, typed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    await run("people", "add", "Ben")
    monkeypatch.setattr(sys, "stdin", io.StringIO("another horse\n"))
    assert "another password" in (await run("people", "password", "Ben")).err
    assert await served.entrance.people.check("Ben", "another horse")
    assert (await run("people", "password", "Ben")).code == 2, "nothing came by the pipe"


async def test_a_password_is_asked_for_at_a_terminal(
    served: Served, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[dict[str, bool]]()

    def prompt(_text: str, **how: bool) -> str:
        asked.append(how)
        return PASSWORD

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("typer.prompt", prompt)
    assert (await run("people", "add", "Ben")).code == 0
    assert asked == [{"hide_input": True, "confirmation_prompt": "Once more", "err": True}]


async def test_a_terminal_shows_the_code_for_a_camera(
    served: Served, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Terminal()
    monkeypatch.setattr(sys, "stdout", seen)
    await run("claim")
    url = f"{served.api.url}/#claim={served.entrance.claim.code}"
    assert seen.getvalue() == f"{qr.lines(url)}\n{url}\n"
    assert "\x1b" not in qr.lines(url, coloured=False)
