"""A metering plug: relay, power in W, energy in Wh, voltage in tenths of a volt, as common plugs have it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from drrouter.sim.wire.zigbee.frames import Kind, Status
from drrouter.sim.wire.zigbee.node import Attribute, Cluster, Fault, Load, Node

ON_OFF, METERING, ELECTRICAL = 0x0006, 0x0702, 0x0B04
LIE_W = 14_000  # a spike that metering plugs in the field have reported
UNKNOWN = -0x8000


class MeteringPlug(Node):
    """A plug with a relay and a meter.

    Attributes:
        has_timer: whether it can be told to be on for a while only.
    """

    def __init__(
        self,
        ieee: bytes,
        nwk: int,
        load: Load,
        *,
        now: Callable[[], datetime],
        manufacturer: str = "Acme",
        model: str = "SP-1",
        on: bool = False,
    ) -> None:
        """``load`` is what hangs on it; told when the relay moves."""
        super().__init__(ieee, nwk, manufacturer, model, now=now)
        self._on, self._load = on, load
        self._off_at: datetime | None = None
        self.has_timer = True
        self.clusters[ON_OFF] = Cluster(
            {0x0000: Attribute(Kind.BOOL, lambda: int(self.on))},
            {0: lambda _: self.switch(False), 1: lambda _: self.switch(True), 0x42: self._on_for},
        )
        self.clusters[METERING] = Cluster(
            {
                0x0000: Attribute(Kind.UINT48, lambda: round(load.energy_wh())),
                0x0300: Attribute(Kind.ENUM8, lambda: 0),
                0x0301: Attribute(Kind.UINT24, lambda: 1),
                0x0302: Attribute(Kind.UINT24, lambda: 1000),
            }
        )
        self.clusters[ELECTRICAL] = Cluster(
            {
                0x0505: Attribute(Kind.UINT16, lambda: 2310),
                0x050B: Attribute(Kind.INT16, self._power),
                0x0600: Attribute(Kind.UINT16, lambda: 1),
                0x0601: Attribute(Kind.UINT16, lambda: 10),
                0x0604: Attribute(Kind.UINT16, lambda: 1),
                0x0605: Attribute(Kind.UINT16, lambda: 1),
            }
        )

    @property
    def on(self) -> bool:
        """Whether the relay is closed; its own timer may have opened it."""
        if self._off_at is not None and self.now() >= self._off_at:
            self.switch(False)
        return self._on

    def switch(self, on: bool) -> Status:
        """Move the relay, as the button on the plug does too."""
        self._off_at = None
        if on != self._on:
            self._on = on
            self._load.set_supply(on)
        return Status.SUCCESS

    def _on_for(self, payload: bytes) -> Status:
        """Close the relay for so many tenths of a second."""
        if not self.has_timer:
            return Status.UNSUP_CLUSTER_COMMAND
        self.switch(True)
        self._off_at = self.now() + timedelta(seconds=int.from_bytes(payload[1:3], "little") / 10)
        return Status.SUCCESS

    def _power(self) -> int:
        if self.fault is Fault.NOT_A_NUMBER:
            return UNKNOWN
        return LIE_W if self.fault is Fault.LIES else round(self._load.power_w())
