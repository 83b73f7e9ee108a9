"""The provider's side: its VTN with names that two runs share, its operator, and its archive of reports."""

import json
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import aiohttp

from drrouter.adapters.openadr3 import ObjectType
from drrouter.adapters.vtn import ClientCredential, Role, VtnConfig
from drrouter.adapters.vtn.objects import Body, Objects
from drrouter.adapters.vtn.objects import Change as VtnChange
from drrouter.ports import Clock
from tests.uplink.agenda import DAY, MINUTE, Act
from tests.uplink.line import VTN_PORT
from tests.uplink.outcome import Outcome, event_id_of

SECRET = "a secret for tests"


@contextmanager
def names_by_key() -> Iterator[None]:
    """Let the VTN name events by what they are called, so that two runs give the same ids."""
    create, chosen = VtnChange.create, list[str]()

    def named(self: VtnChange, kind: ObjectType, fields: Body) -> Body:
        if name := fields.get("eventName") or fields.get("programName"):
            chosen.append(event_id_of(name))
        return create(self, kind, fields)

    def token_hex(size: int) -> str:
        return chosen.pop() if chosen else secrets.token_hex(size)

    with (
        patch.object(VtnChange, "create", named),
        patch("drrouter.adapters.vtn.objects.secrets", SimpleNamespace(token_hex=token_hex)),
    ):
        yield


def vtn_config() -> VtnConfig:
    clients = (
        ClientCredential("operator", SECRET, Role.BL),
        ClientCredential("home", SECRET, Role.VEN, ven_name="home", targets=("hvac", "cars", "relay_1")),
    )
    return VtnConfig(clients, callbacks_on_this_machine=True)


class Operator:
    """Does what the agenda says, over HTTP."""

    def __init__(self, agenda: tuple[Act, ...], clock: Clock) -> None:
        self._agenda, self._clock = agenda, clock
        self._known: set[str] = set()

    async def work(self) -> None:
        """Until everything is done."""
        async with aiohttp.ClientSession() as self._http:
            await self._log_in()
            self._program = (await self._call("POST", "/programs", _PROGRAM))["id"]
            for act in self._agenda:
                await self._clock.sleep_until(act.at)
                await self._perform(act)

    async def _perform(self, act: Act) -> None:
        path = f"/events/{event_id_of(act.key)}"
        if act.body is None:
            await self._call("DELETE", path)
        elif act.key in self._known:
            await self._call("PUT", path, {**act.body, "programID": self._program})
        else:
            self._known.add(act.key)
            await self._call("POST", "/events", {**act.body, "programID": self._program})

    async def _log_in(self) -> None:
        form = {"grant_type": "client_credentials", "client_id": "operator", "client_secret": SECRET}
        async with self._http.post(f"http://127.0.0.1:{VTN_PORT}/auth/token", data=form) as answer:
            self._http.headers["Authorization"] = f"Bearer {(await answer.json())['access_token']}"

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        async with self._http.request(method, f"http://127.0.0.1:{VTN_PORT}{path}", json=body) as answer:
            status, text = answer.status, await answer.text()
        if status == 401:
            await self._log_in()
            return await self._call(method, path, body)
        assert status < 400, f"{method} {path}: {status} {text}"
        return json.loads(text) if text else None


_PROGRAM = {
    "programName": "loads",
    "payloadDescriptors": [
        {"objectType": "EVENT_PAYLOAD_DESCRIPTOR", "payloadType": kind, "units": units, **more}
        for kind, units, more in (
            ("PRICE", "KWH", {"currency": "EUR"}),
            ("IMPORT_CAPACITY_LIMIT", "KW", {}),
            ("EXPORT_CAPACITY_LIMIT", "KW", {}),
            ("GHG", "G_PER_KWH", {}),
            ("CHARGE_STATE_SETPOINT", "PERCENT", {}),
        )
    ],
}


class Archive:
    """Takes reports out of the VTN some time after their events are gone, as a provider would."""

    def __init__(self, objects: Objects, clock: Clock, outcome: Outcome) -> None:
        self._objects, self._clock, self._outcome = objects, clock, outcome
        self._names: Counter[tuple[str, str]] = Counter()

    async def work(self) -> None:
        """Every few hours, for ever."""
        gone: dict[str, datetime] = {}
        while True:
            now = self._clock.now()
            await self._clock.sleep_until(now + 6 * 60 * MINUTE)
            reports = list(self._objects.all(ObjectType.REPORT))
            for report in reports:
                if self._objects.get(ObjectType.EVENT, report["eventID"]) is None:
                    gone.setdefault(report["eventID"], now)
            await self.keep([one for one in reports if now - gone.get(one["eventID"], now) > DAY])

    async def keep(self, reports: list[Body]) -> None:
        """Read them for good."""
        async with self._objects.change() as change:
            for report in reports:
                self._note(report)
                change.remove(ObjectType.REPORT, report["id"])

    def _note(self, report: Body) -> None:
        name = (report["eventID"], report["reportName"])
        self._names[name] += 1
        if self._names[name] > 1:
            self._outcome.doubled.append(f"{name[1]} of {name[0]}")
        for resource in report["resources"]:
            for interval in resource["intervals"]:
                payloads = {one["type"]: one["values"] for one in interval["payloads"]}
                payloads.pop("X_LATE", None)
                content = json.dumps([*name, report["clientName"], resource["resourceName"], payloads])
                self._outcome.reports.add(content)
                self._outcome.said_at[content] = datetime.fromisoformat(interval["intervalPeriod"]["start"])
                for kind, values in payloads.items():
                    if kind.startswith("X_") and kind != "X_REPORT":
                        told = self._outcome.told.setdefault((name[0], resource["resourceName"]), [])
                        told.append((kind, str(values[0])))
