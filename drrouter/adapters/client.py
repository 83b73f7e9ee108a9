"""A client of the local API, for the command line, screens and the demo; answers are the router's own views.

    async with DrClient("http://127.0.0.1:8088", token) as client:
        print((await client.status()).sentence)

Every method raises ``DaemonUnreachableError`` where no router answers, ``DaemonRefusedError`` where it
refuses, and the router's own error (``HoldExpiredError``, ``DeviceUnknownError``, ...) where it says one.
"""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any

from drrouter.adapters.client_data import DataClient
from drrouter.adapters.client_history import HistoryCalls
from drrouter.adapters.client_owner import OwnerCalls
from drrouter.adapters.client_setup import SetupClient
from drrouter.adapters.door_views import ClaimView, LinkView, PersonView
from drrouter.adapters.strict_json import plain
from drrouter.domain.ids import DeviceId, HoldToken
from drrouter.domain.journal import JournalEntry
from drrouter.domain.option import Option
from drrouter.domain.plan import Plan
from drrouter.domain.timeline import Timeline
from drrouter.domain.wish import Commitment, Override, OverrideMode, Wish
from drrouter.router.doctor import Finding
from drrouter.router.facade import Change, OptionsRequest, Topic, WishRequest
from drrouter.router.history.advice import AdviceView, Tip
from drrouter.router.history.history_views import HistoryView, UsedView
from drrouter.router.history.spans import Span
from drrouter.router.plug_test import PlugTest
from drrouter.router.provider_views import ProviderView
from drrouter.router.viewed import (
    DeviceView,
    EventView,
    FoundView,
    LedgerView,
    StatusView,
    WhatIfView,
    WhyView,
)

__all__ = [
    "AdviceView",
    "DrClient",
    "Finding",
    "HistoryView",
    "ProviderView",
    "Span",
    "Tip",
    "UsedView",
]
"""With the answers that a screen draws, which knows no other room of the router."""

_PAYLOADS: dict[Topic, Any] = {
    Topic.STATUS: StatusView,
    Topic.PLAN: Plan,
    Topic.DEVICE: DeviceView,
    Topic.JOURNAL: JournalEntry,
}


class DrClient(OwnerCalls, HistoryCalls):
    """Speaks to one router; open it with ``async with``."""

    @property
    def data(self) -> DataClient:
        """Opaque data by path."""
        return DataClient(self)

    @property
    def setup(self) -> SetupClient:
        """The home file."""
        return SetupClient(self)

    async def status(self) -> StatusView:
        """The router at a glance."""
        view: StatusView = await self._get(StatusView, "status")
        return view

    async def plan(self) -> Plan | None:
        """The plan in force, None before the first one."""
        plan: Plan | None = await self._get(Plan | None, "plan")
        return plan

    async def why(self, device_id: DeviceId) -> WhyView:
        """Why a device runs when it runs."""
        view: WhyView = await self._get(WhyView, "plan", "why", device=device_id)
        return view

    async def devices(self) -> tuple[DeviceView, ...]:
        """Every device of the home."""
        views: tuple[DeviceView, ...] = await self._get(tuple[DeviceView, ...], "devices")
        return views

    async def device(self, device_id: DeviceId) -> DeviceView:
        """One device."""
        view: DeviceView = await self._get(DeviceView, "devices", device_id)
        return view

    async def events(self) -> tuple[EventView, ...]:
        """Every event that is kept."""
        views: tuple[EventView, ...] = await self._get(tuple[EventView, ...], "events")
        return views

    async def providers(self) -> tuple[ProviderView, ...]:
        """Every service provider of the home, side by side."""
        views: tuple[ProviderView, ...] = await self._get(tuple[ProviderView, ...], "providers")
        return views

    async def timeline(self) -> Timeline:
        """What holds at each instant."""
        timeline: Timeline = await self._get(Timeline, "timeline")
        return timeline

    async def journal(self, most: int = 100, device_id: DeviceId | None = None) -> tuple[JournalEntry, ...]:
        """The newest entries, newest first."""
        query = {"most": str(most)} | ({"device": device_id} if device_id else {})
        entries: tuple[JournalEntry, ...] = await self._get(tuple[JournalEntry, ...], "journal", **query)
        return entries

    async def discovered(self) -> tuple[FoundView, ...]:
        """Every device seen on the home network."""
        views: tuple[FoundView, ...] = await self._get(tuple[FoundView, ...], "discovered")
        return views

    async def ledger(self) -> LedgerView:
        """The router's account of its work."""
        view: LedgerView = await self._get(LedgerView, "ledger")
        return view

    async def doctor(self) -> tuple[Finding, ...]:
        """What is well, what is wrong, and what to do about it, the worst first."""
        found: tuple[Finding, ...] = await self._get(tuple[Finding, ...], "doctor")
        return found

    async def bundle(self) -> bytes:
        """A ZIP file for whoever helps, without what tells who lives here."""
        return await self._send("GET", ("bundle",))

    async def openapi(self) -> dict[str, Any]:
        """The description of the API."""
        document: dict[str, Any] = await self._get(dict[str, Any], "openapi.json")
        return document

    async def options(self, device_id: DeviceId, request: OptionsRequest) -> tuple[Option, ...]:
        """The priced answer to "which options are available now?"."""
        answer = await self._send("POST", ("devices", device_id, "options"), plain(OptionsRequest, request))
        options: tuple[Option, ...] = self._read(tuple[Option, ...], answer)
        return options

    async def accept(self, token: HoldToken) -> Commitment:
        """Make the held option a commitment.

        Raises:
            HoldUnknownError, HoldExpiredError: as the router.
            HoldConflictError: it no longer fits; ``options`` has fresh ones.
        """
        commitment: Commitment = self._read(
            Commitment, await self._send("POST", ("options", token, "accept"))
        )
        return commitment

    async def override(self, device_id: DeviceId, mode: OverrideMode, until: datetime) -> Override:
        """Switch a device on or off until then, whatever the plan says."""
        body = {"mode": mode.value, "until": until.isoformat()}
        answer = await self._send("POST", ("devices", device_id, "override"), body)
        override: Override = self._read(Override, answer)
        return override

    async def clear_override(self, device_id: DeviceId) -> None:
        """Give a device back to the plan."""
        await self._send("DELETE", ("devices", device_id, "override"))

    async def wish(self, device_id: DeviceId, request: WishRequest) -> Wish:
        """Ask for a cycle or a level by a time."""
        answer = await self._send("POST", ("devices", device_id, "wish"), plain(WishRequest, request))
        wish: Wish = self._read(Wish, answer)
        return wish

    async def what_if(self, device_id: DeviceId, request: WishRequest) -> WhatIfView:
        """What would be planned if this were asked; nothing is kept."""
        answer = await self._send("POST", ("devices", device_id, "what-if"), plain(WishRequest, request))
        view: WhatIfView = self._read(WhatIfView, answer)
        return view

    async def clear_wish(self, device_id: DeviceId) -> None:
        """Forget what was asked of a device."""
        await self._send("DELETE", ("devices", device_id, "wish"))

    async def hand_over(self, device_id: DeviceId, steered: bool) -> None:
        """Let the router steer a device from now on, or only watch it."""
        await self._send("POST", ("devices", device_id, "hand"), {"steered": steered})

    async def test_plug(self, device_id: DeviceId) -> PlugTest:
        """Begin the pull-plug test of a machine."""
        test: PlugTest = self._read(PlugTest, await self._send("POST", ("devices", device_id, "plug-test")))
        return test

    async def stop_plug_test(self, device_id: DeviceId) -> None:
        """End the test and give the machine its power back."""
        await self._send("DELETE", ("devices", device_id, "plug-test"))

    async def permit_join(self, integration: str, seconds: int) -> None:
        """Let new devices join a network such as Zigbee for so long; 0 closes it."""
        await self._send("POST", ("networks", integration, "join"), {"seconds": seconds})

    async def claim_code(self, renew: bool = False) -> ClaimView:
        """The code by which the router is claimed, or another; refused once somebody has done so."""
        method, path = ("POST", ("claim", "renewal")) if renew else ("GET", ("claim",))
        view: ClaimView = self._read(ClaimView, await self._send(method, path))
        return view

    async def make_link(self, role: str | None = None, minutes: int = 10) -> LinkView:
        """A one-time link by which a browser signs in."""
        body = {"minutes": minutes} | ({"role": role} if role else {})
        view: LinkView = self._read(LinkView, await self._send("POST", ("links",), body))
        return view

    async def people(self) -> tuple[PersonView, ...]:
        """Everybody who may sign in by a password."""
        views: tuple[PersonView, ...] = await self._get(tuple[PersonView, ...], "people")
        return views

    async def add_person(self, name: str, role: str, password: str) -> PersonView:
        """Let somebody sign in from now on."""
        body = {"name": name, "role": role, "password": password}
        view: PersonView = self._read(PersonView, await self._send("POST", ("people",), body))
        return view

    async def remove_person(self, name: str) -> None:
        """Let somebody sign in no more."""
        await self._send("DELETE", ("people", name))

    async def set_password(self, name: str, password: str) -> None:
        """Another password for somebody, who is signed out everywhere."""
        await self._send("PUT", ("people", name, "password"), {"password": password})

    async def settings(self) -> dict[str, str]:
        """What the person has set for the screens: ``language`` and ``theme``."""
        found: dict[str, str] = await self._get(dict[str, str], "settings")
        return found

    async def set_settings(self, **changed: str) -> dict[str, str]:
        """Set some of it for every screen of the person; the whole afterwards."""
        answer = await self._send("PUT", ("settings",), changed)
        found: dict[str, str] = self._read(dict[str, str], answer)
        return found

    async def changes(self, *topics: Topic) -> AsyncGenerator[Change]:
        """Status and plan now, then every change, of some topics or of all; an error when the router goes."""
        query = {"topics": ",".join(topics)} if topics else {}
        async for topic, data in self.listen(("stream",), query):
            if topic in _PAYLOADS:
                yield Change(Topic(topic), self.understand(_PAYLOADS[Topic(topic)], data))
