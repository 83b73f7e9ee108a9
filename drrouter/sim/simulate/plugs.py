"""Metering plugs in memory, with the appliances of the simulated house behind them and seeded misbehaviour.

Implements ``ports.Device`` and ``ports.Integration``. A plug's relay survives the router; what a plug says of
itself may be wrong, what it switches is the house's truth.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from drrouter.config import HomeConfig
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome, OutcomeKind
from drrouter.domain.interval import Interval
from drrouter.domain.measurement import Quality, Quantity, Reading
from drrouter.errors import DeviceSilentError
from drrouter.ports import Clock, Device, Found
from drrouter.sim.appliances import Appliance, CycleMachine
from drrouter.sim.house import House
from drrouter.sim.simulate.faults import Dice, Fault, Spell, spell_at

TIMEOUT = timedelta(seconds=5)
"""How long a command to a silent plug waits for an answer."""

SLOW_S = (2, 20)


@dataclass(frozen=True, slots=True)
class Switching:
    """The relay moved, by a command (with its id) or by a hand."""

    at: datetime
    on: bool
    instruction_id: str | None


class MemoryPlug:
    """One plug.

    Attributes:
        switchings: every movement of the relay, in order.
        cuts: commands that took the power of a running cycle: there must be none.
        commands: how many instructions came.
    """

    def __init__(
        self,
        device_id: DeviceId,
        appliance: Appliance,
        clock: Clock,
        dice: Dice,
        span: Interval,
        poll: timedelta,
    ) -> None:
        """Stand in front of the appliance and be asked every ``poll``."""
        self.id, self.appliance = device_id, appliance
        self._clock, self._dice, self._poll = clock, dice, poll
        self._spells = dice.device_spells(device_id, span)
        self._begun: Spell | None = None
        self._last: tuple[Reading, ...] = ()
        self._phase = timedelta(
            seconds=round(dice.stream(f"poll/{device_id}").random() * poll.total_seconds())
        )
        self.switchings: list[Switching] = []
        self.cuts: list[Switching] = []
        self.commands = 0

    @property
    def spells(self) -> tuple[Spell, ...]:
        """When it misbehaves; it does no more once faults have ended."""
        return tuple(spell for spell in self._spells if spell.fault in self._dice.enabled)

    @property
    def runs_a_cycle(self) -> bool:
        """Whether a machine behind it is at work."""
        machine = self.appliance
        cycle = machine.cycle if isinstance(machine, CycleMachine) else None
        return cycle is not None and cycle.started_at is not None

    async def readings(self) -> AsyncIterator[Sequence[Reading]]:
        """SWITCH, POWER_W and ENERGY_WH together, every poll period.

        Raises:
            DeviceSilentError: it does not answer.
        """
        while True:
            yield self._answer()
            await self._clock.sleep_until(self._next_poll())

    async def apply(self, instruction: Instruction) -> Outcome:
        """Switch on above 0 W, else off, and say what became of it."""
        self.commands += 1
        match self._fault():
            case Fault.DEVICE_SILENT:
                await self._clock.sleep_until(self._clock.now() + TIMEOUT)
                return Outcome(OutcomeKind.SILENT, f"{self.id} does not answer")
            case Fault.DEVICE_REFUSES:
                return Outcome(OutcomeKind.REFUSED, f"{self.id} refuses")
            case Fault.DEVICE_LIES:
                return Outcome(OutcomeKind.DONE)
            case Fault.DEVICE_SLOW:
                wait = self._dice.stream(f"slow/{self.id}").randint(*SLOW_S)
                await self._clock.sleep_until(self._clock.now() + timedelta(seconds=wait))
        self._switch(instruction.power_w > 0, instruction.id)
        return Outcome(OutcomeKind.DONE)

    def press(self) -> None:
        """Somebody presses the button; nobody does while a cycle runs."""
        self.appliance.advance(self._clock.now())
        if not self.runs_a_cycle:
            self._switch(not self.appliance.supplied, None)

    def _switch(self, on: bool, instruction_id: str | None) -> None:
        """Move the relay."""
        self.appliance.advance(self._clock.now())
        if on == self.appliance.supplied:
            return
        moved = Switching(self._clock.now(), on, instruction_id)
        if not on and self.runs_a_cycle:
            self.cuts.append(moved)
        self.switchings.append(moved)
        self.appliance.set_supply(on)

    def _fault(self) -> Fault | None:
        """How it misbehaves now; a spell is counted, and a button pressed, when it is first noticed."""
        spell = spell_at(self.spells, self._clock.now())
        if spell is not None and spell != self._begun:
            self._begun = spell
            self._dice.struck[spell.fault] += 1
            if spell.fault is Fault.DEVICE_PRESSED:
                self.press()
        return spell.fault if spell else None

    def _answer(self) -> tuple[Reading, ...]:
        """One answer, true or not."""
        fault, now = self._fault(), self._clock.now()
        if fault is Fault.DEVICE_SILENT:
            raise DeviceSilentError(f"{self.id} does not answer")
        if fault is Fault.DEVICE_FROZEN and self._last:
            return tuple(replace(reading, at=now) for reading in self._last)
        self.appliance.advance(now)
        quality = Quality.BAD if fault is Fault.DEVICE_IMPLAUSIBLE else Quality.OK
        self._last = (
            Reading(self.id, Quantity.SWITCH, float(self.appliance.supplied), now),
            Reading(self.id, Quantity.POWER_W, self.appliance.power_w, now, quality),
            Reading(self.id, Quantity.ENERGY_WH, self.appliance.meter.total_wh, now, quality),
        )
        return self._last

    def _next_poll(self) -> datetime:
        """Plugs are asked one after the other, not all at once."""
        now = self._clock.now()
        base = datetime.min.replace(tzinfo=now.tzinfo) + self._phase
        return now + self._poll - (now - base) % self._poll


class MemoryIntegration:
    """Finds the plugs of one transport, each where the home file looks for it."""

    def __init__(self, home: HomeConfig, domain: str, plugs: dict[DeviceId, MemoryPlug]) -> None:
        """Put those plugs on the network that the home file reaches by this transport."""
        self.domain = domain
        mine = [device for device in home.devices if device.integration == domain]
        self._network = {
            self._address(number, device.match): (device.match, plugs[device.profile.id])
            for number, device in enumerate(mine)
        }

    async def discover(self) -> Sequence[Found]:
        """Every plug."""
        return [Found(self.domain, address, dict(match)) for address, (match, _) in self._network.items()]

    def setup(self, device_id: DeviceId, found: Found) -> Device:
        """The plug itself."""
        return self._network[found.address][1]

    @staticmethod
    def _address(number: int, match: dict[str, str]) -> str:
        return match.get("address") or f"{match.get('host', f'simulated-{number}')}:9999"


def plugs_of(
    house: House, clock: Clock, dice: Dice, span: Interval, poll: timedelta
) -> dict[DeviceId, MemoryPlug]:
    """A plug for every appliance of the house."""
    return {
        device_id: MemoryPlug(device_id, appliance, clock, dice, span, poll)
        for device_id, appliance in house.appliances.items()
    }
