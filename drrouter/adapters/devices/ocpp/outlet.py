"""One outlet of a charge point as a device of the router: readings as they come, a limit as it is told."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta

from drrouter.adapters.devices.gate import judged
from drrouter.adapters.devices.obedience import Obedience
from drrouter.adapters.devices.ocpp.dialect import Dialect
from drrouter.adapters.devices.ocpp.metering import LINES
from drrouter.adapters.devices.ocpp.rpc import UnsupportedError
from drrouter.adapters.devices.ocpp.station import Outlet, Station, Told
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import FailSafe, Instruction, Outcome
from drrouter.domain.measurement import Quantity, Reading
from drrouter.errors import DeviceError, DeviceSilentError

TITLE = "OCPP"
POWERS = frozenset({Quantity.POWER_W, *LINES.values()})
MOST_GIVEN_W = 100_000.0
_MISSED_BEATS = 2.5


class ChargingOutlet:
    """Drives one outlet; implements the Device port.

    The station and its dialect are asked for at every use: a charge point may return with another version.
    """

    def __init__(
        self, device_id: DeviceId, station: Station, number: int, dialects: dict[str, Dialect]
    ) -> None:
        """Remember whose outlet it is; nothing is sent yet.

        Args:
            dialects: of all charge points by id, filled in as they connect.
        """
        self._id, self._station, self._dialects = device_id, station, dialects
        self._outlet: Outlet = station.outlets[number]
        self._obedience = Obedience(device_id, TITLE, station.clock)
        self._has_setpoint = False

    @property
    def id(self) -> DeviceId:
        """Its name in the home file."""
        return self._id

    @property
    def silent_after(self) -> timedelta:
        """Older readings are not trusted; they are repeated four times as often."""
        return self._station.late

    async def readings(self) -> AsyncIterator[Sequence[Reading]]:
        """PLUGGED, SWITCH, SETPOINT_W and what was measured, whenever the charge point says something.

        While it has nothing to say, they are repeated every sample time.

        Raises:
            DeviceSilentError: it is not connected, missed its signs of life, or charges without measuring.
        """
        station, samples = self._station, -1
        while True:
            self._require_life()
            count, measured = station.news.count, self._outlet.samples != samples
            samples = self._outlet.samples
            if batch := tuple(self._batch(measured)):
                yield batch
            look = station.clock.now() + timedelta(seconds=station.settings.sample_s)
            await station.news.since_or_until(count, station.clock, look)

    async def apply(self, instruction: Instruction) -> Outcome:
        """Limit the charge, or start and stop it; say what became of it."""
        gives = self._station.part is not None and self._station.part.v2x
        return await self._obedience.carry_out(
            instruction, self._obeyed, least_w=-MOST_GIVEN_W if gives else 0.0
        )

    def _require_life(self) -> None:
        """Raise unless it is there, says so, and measures what it charges.

        Raises:
            DeviceSilentError: it is or does not.
        """
        station, settings = self._station, self._station.settings
        now = station.clock.now()
        if station.link is None:
            raise DeviceSilentError(f"{self._id} ({TITLE}): the charge point is not connected")
        quiet = now - (station.heard_at or now)
        if quiet > timedelta(seconds=_MISSED_BEATS * max(settings.heartbeat_s, settings.sample_s)):
            raise DeviceSilentError(
                f"{self._id} ({TITLE}): no word from it for {quiet.total_seconds():.0f} s"
            )
        begun = self._outlet.since
        sampled = self._outlet.sample.at if self._outlet.sample else None
        if begun and now - max(begun, sampled or begun) > station.late:
            raise DeviceSilentError(
                f"{self._id} ({TITLE}): it charges and has not measured for "
                f"{station.late.total_seconds():.0f} s; "
                "look whether its meter values are switched on and its clock is right"
            )

    def _batch(self, measured: bool) -> Iterator[Reading]:
        """What is known now; measurements only once, with the time at which they were taken."""
        now, outlet = self._station.clock.now(), self._outlet
        if outlet.plugged is not None:
            yield Reading(self._id, Quantity.PLUGGED, float(outlet.plugged), now)
        if self._station.known:
            yield from self._steered(now)
        if outlet.plugged and outlet.level_percent is not None:
            yield judged(self._id, Quantity.LEVEL_PERCENT, outlet.level_percent, now)
        values = outlet.sample.values if outlet.sample else {}
        if outlet.idle:
            for quantity in {Quantity.POWER_W, *(values.keys() & POWERS)}:
                yield Reading(self._id, quantity, 0.0, now)
        if measured and outlet.sample:
            elsewhere = {Quantity.LEVEL_PERCENT} | (POWERS if outlet.idle else set())
            for quantity in values.keys() - elsewhere:
                yield judged(self._id, quantity, values[quantity], outlet.sample.at)

    def _steered(self, now: datetime) -> Iterator[Reading]:
        """By what it can be steered: a limit, or, where it takes none, only whether it charges.

        That it takes none may show late; a setpoint that was stated once is then all or nothing.
        """
        outlet, most_w = self._outlet, self._station.most_w
        if self._station.abilities.limits:
            setpoint_w = outlet.told.at(now, outlet.transaction) if outlet.told else most_w
            self._has_setpoint = True
        else:
            setpoint_w = 0.0 if outlet.transaction is None else most_w
        yield Reading(self._id, Quantity.SWITCH, float(setpoint_w != 0), now)
        if self._has_setpoint:
            yield judged(self._id, Quantity.SETPOINT_W, setpoint_w, now)

    async def _obeyed(self, instruction: Instruction) -> None:
        """Limit it; where it takes no limits, start or stop it."""
        dialect = self._dialects.get(self._station.id)
        if self._station.link is None or dialect is None:
            raise DeviceSilentError("the charge point is not connected")
        if instruction.power_w < 0 and (self._station.version != "2.1" or self._outlet.transaction is None):
            raise DeviceError("it gives energy back over OCPP 2.1 only, and while a car charges")
        if self._station.abilities.limits:
            try:
                await self._limited(dialect, instruction)
            except UnsupportedError:
                self._station.abilities.limits = False
        if not self._station.abilities.limits:
            await self._switched(dialect, instruction.power_w)
        elif instruction.power_w > 0 and not self._outlet.over:
            await self._begun(dialect)
        self._station.news.tell()

    async def _limited(self, dialect: Dialect, instruction: Instruction) -> None:
        """Set the fail-safe first, then the limit that ends by itself."""
        outlet, fail_safe = self._outlet, instruction.fail_safe
        cut = fail_safe is FailSafe.CUT_POWER
        if outlet.base is None or (outlet.base is FailSafe.CUT_POWER) != cut:
            await dialect.cut_by_default(outlet, cut)
        outlet.base = fail_safe
        until = None if fail_safe is FailSafe.KEEP else instruction.expires_at
        charge = outlet.transaction
        told_w = await dialect.limit(outlet, instruction.power_w, until)
        outlet.told = Told(told_w, until, 0.0 if cut else self._station.most_w, charge)

    async def _switched(self, dialect: Dialect, power_w: float) -> None:
        """Start or stop a charge, and nothing between."""
        if power_w > 0:
            await self._begun(dialect)
        elif self._outlet.transaction is not None:
            await dialect.stop(self._outlet)

    async def _begun(self, dialect: Dialect) -> None:
        """Start a charge where a car waits for it and the router may."""
        may = bool(self._station.settings.start_tag)
        if may and self._outlet.plugged and self._outlet.transaction is None:
            await dialect.start(self._outlet)
