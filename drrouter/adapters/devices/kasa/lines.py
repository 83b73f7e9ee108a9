"""The lines to every device of the home, and what the devices said of themselves.

A device that must be logged in to is asked for its name now and then only, and one that refused our login is
left alone for as long.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

from drrouter.adapters.devices.kasa.line import Line
from drrouter.adapters.devices.kasa.reach import Account, Reach
from drrouter.adapters.devices.kasa.settings import KasaSettings
from drrouter.adapters.devices.names import mac_from
from drrouter.errors import DeviceError
from drrouter.ports import Clock

ASK_AGAIN = timedelta(minutes=5)

Info = Mapping[str, Any]

_log = logging.getLogger(__name__)


class Lines:
    """Hands out one line for each device, however many sockets of it are driven."""

    def __init__(self, settings: KasaSettings, clock: Clock, account: Account) -> None:
        """No device is known yet."""
        self._settings, self._clock, self._account = settings, clock, account
        self._lines: WeakValueDictionary[tuple[Reach, str], Line] = WeakValueDictionary()
        self._told: dict[tuple[Reach, str], tuple[datetime, Info, Line]] = {}

    def to(self, reach: Reach, mac: str) -> Line:
        """The way to a device."""
        line = self._lines.get((reach, mac))
        if line is None:
            line = self._lines[reach, mac] = Line(reach, self._account, mac, self._settings, self._clock)
        return line

    async def described(self, reach: Reach, hint: Info) -> Info:
        """What the device says of itself; ``hint``, what it said before the login, where it says nothing.

        A device that gave no hint is asked every time: its answer is all there is to know that it is there.
        """
        key = (reach, mac_from(hint.get("mac")))
        known = self._told.get(key)
        if hint and known and self._clock.now() < known[0] + ASK_AGAIN:
            return known[1]
        line = self.to(*key)
        try:
            async with line.held():
                info: Info = {**hint, **await line.describe()}
        except DeviceError as error:
            _log.debug("%s tells nothing of itself: %s", reach.host, error)
            info = known[1] if hint and known else hint
        self._told[key] = (self._clock.now(), info, line)
        return info

    def forget(self, but: set[Reach]) -> None:
        """Let go of what was said by devices that are not there any more."""
        self._told = {key: told for key, told in self._told.items() if key[0] in but}
