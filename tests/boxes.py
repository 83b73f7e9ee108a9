"""Devices that are set to a power or a mode, with what lies behind them: battery, roof, heat pump, meter."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.device import DeviceProfile
from drrouter.domain.flexibility import EnvelopeFlexibility, ModesFlexibility, StorageFlexibility
from drrouter.domain.instruction import Instruction, Outcome, OutcomeKind
from drrouter.domain.measurement import Quantity, Reading
from tests.fakes import FakePlug


class Box(FakePlug):
    """A device that tells what it was told last; ``told`` are its further measurements."""

    silent_after = timedelta(minutes=15)

    def __init__(self, profile: DeviceProfile, clock: SimulatedClock, period: timedelta) -> None:
        super().__init__(profile.id, clock, period=period)
        self.profile, self.clock = profile, clock
        self.setpoint_w = 0.0
        self.mode: int | None = None

    async def apply(self, instruction: Instruction) -> Outcome:
        outcome = await super().apply(instruction)
        if outcome.kind is OutcomeKind.DONE and not self.lies:
            self.obey(instruction)
        return outcome

    def obey(self, instruction: Instruction) -> None:
        self.setpoint_w = instruction.power_w

    def answer(self) -> Sequence[Reading]:
        now = self.clock.now()
        values = {Quantity.POWER_W: self.power_w, **self.told()}
        return tuple(Reading(self.id, quantity, value, now) for quantity, value in values.items())

    def falls_silent(self) -> None:
        """Answer no more, without an error."""
        self._period = timedelta(days=365)

    def told(self) -> Mapping[Quantity, float]:
        return {Quantity.SETPOINT_W: self.setpoint_w}


class BatteryBox(Box):
    """A battery that is half full at first; full it takes nothing, empty it gives nothing.

    One that is ``stuck`` says that it was told, and neither takes nor gives.
    """

    stuck = False

    def __init__(self, profile: DeviceProfile, clock: SimulatedClock, period: timedelta) -> None:
        super().__init__(profile, clock, period)
        assert isinstance(profile.flexibility, StorageFlexibility)
        self.store = profile.flexibility
        self.level_wh = (self.store.level_min + self.store.level_max) / 2
        self._at = clock.now()

    def obey(self, instruction: Instruction) -> None:
        self._pass()
        super().obey(instruction)

    def _pass(self) -> None:
        now = self.clock.now()
        level = self.store.level_after(self.level_wh, self._w(), now - self._at)
        self.level_wh, self._at = min(max(level, self.store.level_min), self.store.level_max), now

    def _w(self) -> float:
        if self.stuck:
            return 0.0
        full, empty = self.level_wh >= self.store.level_max, self.level_wh <= self.store.level_min
        return 0.0 if (full and self.setpoint_w > 0) or (empty and self.setpoint_w < 0) else self.setpoint_w

    @property
    def power_w(self) -> float:
        self._pass()
        return self._w()

    def told(self) -> Mapping[Quantity, float]:
        percent = 100 * self.level_wh / self.store.level_max
        return {Quantity.SETPOINT_W: self.setpoint_w, Quantity.LEVEL_PERCENT: percent}


class InverterBox(Box):
    """A roof under a sun that a test tells."""

    def __init__(
        self,
        profile: DeviceProfile,
        clock: SimulatedClock,
        period: timedelta,
        sun_w: Callable[[datetime], float],
    ) -> None:
        super().__init__(profile, clock, period)
        assert isinstance(profile.flexibility, EnvelopeFlexibility)
        self.setpoint_w, self._sun_w = -profile.flexibility.rated_power_w, sun_w

    @property
    def power_w(self) -> float:
        return max(-self._sun_w(self.clock.now()), self.setpoint_w)


class ModesBox(Box):
    """A heat pump that does as its mode says; ``was`` tells which modes it was put into."""

    def __init__(self, profile: DeviceProfile, clock: SimulatedClock, period: timedelta) -> None:
        super().__init__(profile, clock, period)
        assert isinstance(profile.flexibility, ModesFlexibility)
        self.modes, self.mode = profile.flexibility.modes, profile.flexibility.normal
        self.was = [self.mode]

    def obey(self, instruction: Instruction) -> None:
        self.mode = instruction.mode
        self.was.append(instruction.mode or 0)

    @property
    def power_w(self) -> float:
        return self.modes[self.mode or 0].power_w

    def told(self) -> Mapping[Quantity, float]:
        return {Quantity.MODE: float(self.mode or 0)}


class MeterBox(Box):
    """The meter of the home; nobody tells it anything."""

    def __init__(
        self,
        profile: DeviceProfile,
        clock: SimulatedClock,
        period: timedelta,
        net_w: Callable[[], float],
    ) -> None:
        super().__init__(profile, clock, period)
        self._net_w = net_w

    @property
    def power_w(self) -> float:
        return self._net_w()

    def told(self) -> Mapping[Quantity, float]:
        return {}


class WallBox(Box):
    """A charging point that tells whether a car is there and counts what it charges."""

    def __init__(self, profile: DeviceProfile, clock: SimulatedClock, period: timedelta) -> None:
        super().__init__(profile, clock, period)
        assert isinstance(profile.flexibility, StorageFlexibility)
        self.store, self.plugged = profile.flexibility, False
        self.charged_wh = 0.0
        self._at = clock.now()

    def obey(self, instruction: Instruction) -> None:
        self._pass()
        super().obey(instruction)

    def _pass(self) -> None:
        now = self.clock.now()
        self.charged_wh += self._w() * ((now - self._at) / timedelta(hours=1))
        self._at = now

    def _w(self) -> float:
        starts = self.plugged and self.setpoint_w >= self.store.min_power_w
        return min(self.setpoint_w, self.store.max_power_w) if starts else 0.0

    @property
    def power_w(self) -> float:
        self._pass()
        return self._w()

    def told(self) -> Mapping[Quantity, float]:
        self._pass()
        return {
            Quantity.SETPOINT_W: self.setpoint_w,
            Quantity.PLUGGED: float(self.plugged),
            Quantity.ENERGY_WH: self.charged_wh,
        }
