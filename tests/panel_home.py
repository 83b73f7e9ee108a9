"""The home of the panel's tests: a demo below a path prefix, and the hand of its provider's operator."""

import json
import tomllib
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.prefix_proxy import PrefixProxy
from tests.watched_page import Watched

PICTURES = Path(__file__).parents[1] / "build" / "pictures"
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
NAME, PASSWORD = "Ada", "a long enough password"
PATIENCE_MS = 60_000


@dataclass(frozen=True)
class Operator:
    """Sends events to the demo's VTN, as the provider would."""

    url: str
    token: str

    @classmethod
    def of(cls, folder: Path) -> "Operator":
        """Sign in with what the demo has written for its own operator."""
        [demo] = folder.glob("drrouter-demo-*")
        clients = tomllib.loads((demo / "vtn.toml").read_text())["client"]
        [client] = [one for one in clients if one["role"] == "bl"]
        url = tomllib.loads((demo / "home.toml").read_text())["provider"][0]["url"]
        form = {
            "grant_type": "client_credentials",
            "client_id": client["id"],
            "client_secret": client["secret"],
        }
        answer = _ask(f"{url}/auth/token", urllib.parse.urlencode(form).encode(), {})
        return cls(url, answer["access_token"])

    def send(self, path: str, body: object) -> Any:
        """Create a program or an event."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return _ask(f"{self.url}/{path}", json.dumps(body).encode(), headers)

    def limit(self, name: str, start: str, kilowatts: float) -> None:
        """Limit what the home takes from the grid for an hour."""
        program = self.send("programs", {"programName": f"program of {name}"})["id"]
        payload = {"type": "IMPORT_CAPACITY_LIMIT", "values": [kilowatts]}
        event = {
            "programID": program,
            "eventName": name,
            "payloadDescriptors": [
                {
                    "objectType": "EVENT_PAYLOAD_DESCRIPTOR",
                    "payloadType": "IMPORT_CAPACITY_LIMIT",
                    "units": "KW",
                }
            ],
            "intervalPeriod": {"start": start, "duration": "PT1H"},
            "intervals": [{"id": 0, "payloads": [payload]}],
        }
        self.send("events", event)

    def withdraw(self, name: str) -> None:
        """Take an event back."""
        headers = {"Authorization": f"Bearer {self.token}"}
        [event] = [
            one for one in _ask(f"{self.url}/events", None, headers, "GET") if one["eventName"] == name
        ]
        _ask(f"{self.url}/events/{event['id']}", None, headers, "DELETE")


def _ask(url: str, body: bytes | None, headers: dict[str, str], method: str = "POST") -> Any:
    request = urllib.request.Request(url, body, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


@dataclass(frozen=True)
class Home:
    """A running demo, seen through the proxy."""

    url: str
    token: str
    proxy: PrefixProxy
    folder: Path

    def listen(self) -> Any:
        """What the router tells from now on, line by line."""
        headers = {"Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(f"{self.url}/api/v1/stream", headers=headers)
        return urllib.request.urlopen(request, timeout=60)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """A request with the owner's token, past the proxy."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None


def all_are_here(home: Home) -> None:
    """Wait until every device of the home answers; what the demo prints may begin later than they come."""
    with home.listen() as told:
        while any(view["state"]["presence"] != "present" for view in home.ask("GET", "devices")):
            assert told.readline()


def opened(home: Home, one: Watched, screen: str = "today") -> Watched:
    """Go to a screen, and wait until all of it is there."""
    one.page.goto(f"{home.proxy.url}#/{screen}")
    expect(one.page.get_by_text("Live")).to_be_visible(timeout=PATIENCE_MS)
    expect(one.page.locator("main h1")).not_to_be_empty()
    return one


def in_order(one: Watched) -> None:
    assert (one.wrongs, one.strays) == ([], [])
