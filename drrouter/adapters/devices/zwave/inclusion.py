"""Lets new devices join the network while the owner permits it, and answers what Z-Wave JS asks meanwhile.

    permit(120)   controller.begin_inclusion
    event         "grant security classes"     controller.grant_security_classes: S2 unauthenticated at most
    120 s later   controller.stop_inclusion    the controller by itself would stay open

S2 unauthenticated is encrypted and asks for no PIN. A device that needs more, such as a lock, is included in
the server's own panel.

Source: zwave-js-server, README ("grant security classes"); Z-Wave JS, InclusionStrategy, SecurityClass.
"""

import logging
from collections.abc import Awaitable, Mapping
from datetime import datetime, timedelta
from typing import Any

from drrouter.adapters.devices.news import News
from drrouter.adapters.devices.zwave.link import Link
from drrouter.errors import DeviceError, DeviceRefusedError
from drrouter.ports import Clock

DEFAULT_STRATEGY = 0
"""InclusionStrategy of Z-Wave JS: encrypted where the device can (S2), else not."""

S2_UNAUTHENTICATED = 0
"""SecurityClass of Z-Wave JS."""

_log = logging.getLogger(__name__)


class Inclusion:
    """The time in which devices may join; nobody else's inclusion is answered."""

    def __init__(self, link: Link, clock: Clock) -> None:
        """The network is closed at first."""
        self._link, self._clock = link, clock
        self._news = News()
        self._until: datetime | None = None
        self._requested: list[Any] | None = None

    async def permit(self, seconds: int) -> None:
        """Open the network for so long; 0 closes it at once.

        Raises:
            DeviceError: the server is not there, or refuses.
        """
        if not seconds:
            self._until = None
            await self._ask("controller.stop_inclusion")
        else:
            result = await self._ask("controller.begin_inclusion", options={"strategy": DEFAULT_STRATEGY})
            if result.get("success") is False:
                raise DeviceRefusedError("the Z-Wave controller is busy; try again in a while")
            self._until = self._clock.now() + timedelta(seconds=seconds)
        self._news.tell()

    def hear(self, event: Mapping[str, Any]) -> None:
        """Take in what a device that joins asks for."""
        asked = (event.get("source"), event.get("event")) == ("controller", "grant security classes")
        requested = event.get("requested")
        if asked and self._until is not None and isinstance(requested, dict):
            classes = requested.get("securityClasses")
            self._requested = classes if isinstance(classes, list) else []
            self._news.tell()

    async def attend(self) -> None:
        """Answer, and close the network in time, until cancelled."""
        while True:
            told = self._news.count
            if self._requested is not None:
                await self._grant(self._requested)
            elif self._until is None:
                await self._news.since(told)
            elif self._clock.now() < self._until:
                await self._news.since_or_until(told, self._clock, self._until)
            else:
                await self._done("closed", self.permit(0))

    async def _grant(self, requested: list[Any]) -> None:
        """Grant what needs no PIN, of what the device asks for."""
        self._requested = None
        granted = [S2_UNAUTHENTICATED] if S2_UNAUTHENTICATED in requested else []
        grant = {"securityClasses": granted, "clientSideAuth": False}
        await self._done("answered", self._ask("controller.grant_security_classes", inclusionGrant=grant))

    async def _done(self, what: str, act: Awaitable[object]) -> None:
        """Do it; the network goes on without."""
        try:
            await act
        except DeviceError as error:
            _log.warning("an inclusion could not be %s: %s", what, error)

    async def _ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        with self._clock.working():
            return await self._link.ask(command, **arguments)
