"""One resource manager: its connection, what it says of its device, and the control type that is selected."""

import asyncio
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from drrouter.adapters.devices.names import cleaned
from drrouter.adapters.devices.news import News
from drrouter.adapters.devices.pace import Pace
from drrouter.adapters.devices.s2.control import Control, Order, instant
from drrouter.adapters.devices.s2.link import Link
from drrouter.adapters.devices.s2.orders import Orders
from drrouter.adapters.devices.s2.pebc import EnvelopeControl
from drrouter.adapters.devices.s2.ppbc import Path
from drrouter.adapters.devices.s2.schema import Json
from drrouter.adapters.devices.s2.settings import ResourcePart, S2Settings
from drrouter.domain.flexibility import Line
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceSilentError
from drrouter.objectmodel.foreign.words import ELECTRIC, LINES
from drrouter.ports import Clock

LATE = timedelta(minutes=1)
"""How old a measurement may be to count."""

ASKS_PER_S, MOST_ASKS = 0.1, 5.0
"""How often it may ask when a cycle should begin, and how often at once: each time the router plans."""

_OF_A_LINE = {
    LINES[Line.L1]: Quantity.POWER_L1_W,
    LINES[Line.L2]: Quantity.POWER_L2_W,
    LINES[Line.L3]: Quantity.POWER_L3_W,
}
_NAMES = {
    "name": "alias",
    "manufacturer": "manufacturer",
    "model": "model",
    "serial_number": "serial",
    "firmware_version": "firmware",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A measurement."""

    at: datetime
    values: dict[Quantity, float]


@dataclass(slots=True)
class Resource:
    """What is known of one resource manager; what it says of its device begins anew with each connection.

    Attributes:
        link: the connection, None while there is none.
        identity: what it says of its device, cleaned.
        offered: the control types that it offers.
        control: the one that is selected, None while none is.
        sample: the newest measurement.
        asks: set whenever a cycle may be asked for: one is offered, or it is known whose it is.
        asked: the last profile that was asked for.
        way: the way through that profile that was promised, empty where none was.
        patience: how often it may ask for the start of a cycle.
        begun_at: when it last connected, in the event loop's seconds.
        hurried: how often it has connected again and again, each time within ``LATE`` of the last.
        news: told whenever something is new of it, itself coming and going included.
    """

    part: ResourcePart
    settings: S2Settings
    clock: Clock
    link: Link | None = None
    identity: dict[str, str] = field(default_factory=dict)
    offered: tuple[str, ...] = ()
    control: Control | None = None
    orders: Orders = field(default_factory=Orders)
    sample: Sample | None = None
    asks: asyncio.Event = field(default_factory=asyncio.Event)
    asked: str = ""
    way: Path = ()
    patience: Pace | None = None
    begun_at: float = float("-inf")
    hurried: int = 0
    news: News = field(default_factory=News)

    def begin(self, link: Link) -> None:
        """It is connected, and nothing is known of it any more."""
        time = asyncio.get_running_loop().time
        self.patience = self.patience or Pace(time, ASKS_PER_S, MOST_ASKS)
        self.hurried = self.hurried + 1 if time() - self.begun_at < LATE.total_seconds() else 0
        self.begun_at = time()
        self.link, self.identity, self.offered = link, {}, ()
        self.control, self.sample, self.orders = None, None, Orders()
        self.orders.on_failed = self._failed

    def end(self) -> None:
        """It is gone."""
        self.link, self.control = None, None
        self.orders.end()
        self.news.tell()

    def introduce(self, details: Json) -> None:
        """Take its ResourceManagerDetails."""
        said = {ours: cleaned(details.get(theirs)) for theirs, ours in _NAMES.items()}
        self.identity = {key: text for key, text in said.items() if text}
        self.offered = tuple(details["available_control_types"])

    def measure(self, measurement: Json) -> None:
        """Keep a PowerMeasurement, unless it is history, or not of electricity."""
        now = self.clock.now()
        at = min(
            instant(measurement["measurement_timestamp"]), now
        )  # one from the future would outlive others
        said = {one["commodity_quantity"]: float(one["value"]) for one in measurement["values"]}
        powers = {quantity: value for quantity, value in said.items() if quantity in ELECTRIC}
        if not powers or now - at > LATE or (self.sample is not None and at < self.sample.at):
            return
        lines = {_OF_A_LINE[quantity]: value for quantity, value in powers.items() if quantity in _OF_A_LINE}
        power_w = sum(powers.values())
        self.sample = Sample(at, {Quantity.POWER_W: power_w, **lines})
        if isinstance(self.control, EnvelopeControl):
            self.control.measured(power_w, at)

    async def carry_out(self, order: Order) -> None:
        """Send an instruction, and wait until it is received and accepted.

        Raises:
            DeviceSilentError: it is not, or the connection ends.
            DeviceRefusedError: it is refused.
        """
        link, control, orders = self.link, self.control, self.orders
        if link is None or control is None:
            raise DeviceSilentError("the resource manager is not connected")
        instruction_id = str(uuid.uuid4())
        orders.expect(instruction_id)
        try:
            await link.tell(
                order.message_type,
                id=instruction_id,
                execution_time=order.execution_time.isoformat(),
                **order.parts,
            )
            await orders.outcome(instruction_id, self.settings.timeout_s)
        finally:
            orders.forget(instruction_id)
        control.done(order, instruction_id)

    def _failed(self, instruction_id: str) -> None:
        """It did as it was told, and gives that up."""
        if self.control is not None:
            self.control.failed(instruction_id)
