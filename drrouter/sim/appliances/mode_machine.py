"""A device that is told in which of its modes to run, such as a heat pump that is SG-Ready.

It guards itself as such heat pumps do: a mode that has lasted as long as it may, at a stretch or on one day
(UTC), gives way to the normal one, and stays out of reach until it may be used again.

Source: BWP, "SG Ready" (a device may be blocked for two hours at most).
"""

from datetime import datetime, timedelta

from drrouter.domain.flexibility import Mode, ModesFlexibility
from drrouter.domain.interval import floor_to
from drrouter.sim.appliances.appliance import NEVER, Appliance

DAY = timedelta(days=1)


class ModeMachine(Appliance):
    """A heat pump, with the mean power of each of its modes.

    Attributes:
        told: the number of the mode that it was told last.
        mode: the one in which it runs.
        switches: how often it changed its mode.
        overruns: how often it left a mode by itself.
    """

    def __init__(self, start: datetime, flexibility: ModesFlexibility, *, supplied: bool = True) -> None:
        """Begin in the normal mode."""
        super().__init__(start, supplied=supplied)
        self._flexibility = flexibility
        self.told = self.mode = flexibility.normal
        self.switches = self.overruns = 0
        self._since = self.now
        self._spent = [timedelta(0)] * len(flexibility.modes)

    def set_mode(self, number: int) -> None:
        """Run in that mode from now on, as long as it may.

        Raises:
            IndexError: it has no such mode.
        """
        if not 0 <= number < len(self._flexibility.modes):
            raise IndexError(f"there is no mode {number}")
        self.told = number
        self._enter(number if self._left_of(number) > timedelta(0) else self._flexibility.normal)

    @property
    def power_w(self) -> float:
        """What it draws on average in its mode, in W."""
        return self._mode.power_w if self.supplied else 0.0

    @property
    def _mode(self) -> Mode:
        return self._flexibility.modes[self.mode]

    def _left_of(self, number: int) -> timedelta:
        """How long a mode may last from now on."""
        mode = self._flexibility.modes[number]
        at_a_stretch, today = NEVER, NEVER
        if mode.longest is not None:
            at_a_stretch = mode.longest - (self.now - self._since if number == self.mode else timedelta(0))
        if mode.most_per_day is not None:
            today = mode.most_per_day - self._spent[number]
        return min(at_a_stretch, today)

    def _until_change(self) -> timedelta:
        """Until its mode has lasted as long as it may, or the day ends."""
        return min(max(self._left_of(self.mode), timedelta(0)), floor_to(self.now, DAY) + DAY - self.now)

    def _pass(self, span: timedelta) -> None:
        self._spent[self.mode] += span

    def _react(self) -> None:
        """Leave a mode that has lasted too long; a new day begins with nothing spent."""
        if self.now == floor_to(self.now, DAY):
            self._spent = [timedelta(0)] * len(self._spent)
        if self._left_of(self.mode) <= timedelta(0):
            self.overruns += 1
            self._enter(self._flexibility.normal)

    def _enter(self, number: int) -> None:
        if number != self.mode:
            self.mode, self._since = number, self.now
            self.switches += 1
