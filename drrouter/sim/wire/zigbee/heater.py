"""A simulated water heater that obeys Demand Response and Load Control events and wants to know the price.

It is the client of both clusters; the provider's side, here the router, is their server.
Source: Smart Energy (075356), D.2 "DRLC" and D.4 "Price".
"""

import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from drrouter.sim.wire.zigbee.node import Cluster, Load, Message, Node

EVENTS, PRICE = 0x0701, 0x0700
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
STARTED, OPTED_OUT, CANCELLED, REJECTED = 2, 4, 6, 0xFE


class LoadControlHeater(Node):
    """A water heater that draws power unless an event holds it.

    Attributes:
        opts_out: whether somebody told it to take no part.
        takes: whether it takes events of this kind at all.
        events: each event that it was sent: its number and its end.
        prices: each price that it was told, as it came.
    """

    def __init__(
        self,
        ieee: bytes,
        nwk: int,
        load: Load,
        *,
        now: Callable[[], datetime],
        manufacturer: str = "Acme",
        model: str = "WH-3",
    ) -> None:
        """``load`` is the heating element; it is on at first."""
        super().__init__(ieee, nwk, manufacturer, model, now=now)
        self.opts_out, self.takes = False, True
        self.events: list[tuple[int, datetime]] = []
        self.prices: list[bytes] = []
        self._load, self._held_until = load, now()
        load.set_supply(True)
        self.client_clusters[EVENTS] = Cluster(commands={0x00: self._event, 0x01: self._cancelled})
        self.client_clusters[PRICE] = Cluster(commands={0x00: self._priced})

    @property
    def is_held(self) -> bool:
        """Whether an event holds it; one that is over lets it go, whatever anybody says."""
        held = self.now() < self._held_until
        self._load.set_supply(not held)
        return held

    def opt_out(self) -> Message:
        """A person has enough of it while an event runs."""
        self._held_until = self.now()
        number = self.events[-1][0]
        return self.say(EVENTS, 0x00, self._report(number, OPTED_OUT), from_server=False)

    def ask_price(self) -> Message:
        """It asks for the price that holds."""
        return self.say(PRICE, 0x00, b"\x01", from_server=False)

    def ask_events(self) -> Message:
        """It asks for the events that are planned."""
        return self.say(EVENTS, 0x01, bytes(5), from_server=False)

    def _event(self, payload: bytes) -> tuple[int, bytes]:
        number, _, _, start, minutes = struct.unpack_from("<IHBIH", payload)
        begin = self.now() if start == 0 else EPOCH + timedelta(seconds=start)
        self.events.append((number, begin + timedelta(minutes=minutes)))
        if not self.takes:
            return 0x00, self._report(number, REJECTED)
        if self.opts_out:
            return 0x00, self._report(number, OPTED_OUT)
        self._held_until = begin + timedelta(minutes=minutes)
        return 0x00, self._report(number, STARTED)

    def _cancelled(self, payload: bytes) -> tuple[int, bytes]:
        self._held_until = self.now()
        return 0x00, self._report(int.from_bytes(payload[:4], "little"), CANCELLED)

    def _priced(self, payload: bytes) -> None:
        self.prices.append(payload)

    def _report(self, number: int, status: int) -> bytes:
        at = int((self.now() - EPOCH).total_seconds())
        applied = struct.pack("<BHHbBB", 1, 0x8000, 0x8000, -128, 0, 0)
        return struct.pack("<IBI", number, status, at) + applied + b"\0"
