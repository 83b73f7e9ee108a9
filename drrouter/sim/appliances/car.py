"""A car on a plug or at a charger: charges while plugged in, powered and not full, as fast as it is told."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.errors import MessageError
from drrouter.sim.appliances.appliance import NEVER, SMALLEST, Appliance

CRUMB_WH = 1e-3


@dataclass(frozen=True, slots=True)
class Departure:
    """A car that left, with what it had and what it should have had, in Wh."""

    at: datetime
    level_wh: float
    needed_wh: float

    @property
    def missing_wh(self) -> float:
        """What was missing, in Wh; 0 where the charge was enough."""
        return max(0.0, self.needed_wh - self.level_wh) if self.needed_wh - self.level_wh > CRUMB_WH else 0.0


class Car(Appliance):
    """A battery that comes and goes.

    Attributes:
        level_wh: what is in it; of a car that is away, what it left with.
        plugged: whether it is at the plug.
        told_w: the power that its charger offers, in W; all of it where nobody said anything.
        departures: in order.
    """

    def __init__(
        self,
        start: datetime,
        *,
        full_wh: float,
        charge_w: float,
        least_w: float = 0.0,
        efficiency: float = 1.0,
        level_wh: float = 0.0,
        plugged: bool = False,
        supplied: bool = False,
    ) -> None:
        """Begin away, or plugged in with a level in Wh."""
        super().__init__(start, supplied=supplied)
        self.level_wh, self.plugged = level_wh, plugged
        self.departures: list[Departure] = []
        self.full_wh, self.charge_w, self.efficiency = full_wh, charge_w, efficiency
        self.least_w, self.told_w = least_w, charge_w

    def set_power(self, power_w: float) -> None:
        """Offer it so much from now on; a car that is offered too little for its charger takes nothing."""
        self.told_w = min(power_w, self.charge_w)

    @property
    def power_w(self) -> float:
        """What the charger draws now, in W."""
        wants = self.plugged and self.level_wh < self.full_wh - CRUMB_WH
        offered_w = self.told_w if self.told_w >= self.least_w else 0.0
        return max(offered_w, 0.0) if wants and self.supplied else 0.0

    @property
    def stored_wh(self) -> float:
        """The electricity that its charges are worth, in Wh: what it left with each time, and holds now."""
        left_wh = sum(departure.level_wh for departure in self.departures)
        return (left_wh + (self.level_wh if self.plugged else 0.0)) / self.efficiency

    def plug_in(self, level_wh: float) -> None:
        """It arrives with this much in the battery.

        Raises:
            MessageError: it is here already, or holds no such charge.
        """
        if self.plugged:
            raise MessageError("car", "plug_in", "it is plugged in already")
        if not 0 <= level_wh <= self.full_wh:
            raise MessageError("car", "level_wh", f"{level_wh:g} is not within 0 .. {self.full_wh:g}")
        self.plugged, self.level_wh = True, level_wh

    def unplug(self, needed_wh: float = 0.0) -> Departure:
        """It leaves and should have this much.

        Raises:
            MessageError: it is away.
        """
        if not self.plugged:
            raise MessageError("car", "unplug", "it is away")
        self.plugged = False
        self.departures.append(Departure(self.now, self.level_wh, needed_wh))
        return self.departures[-1]

    def _until_change(self) -> timedelta:
        if not self.power_w:
            return NEVER
        hours = (self.full_wh - self.level_wh) / (self.power_w * self.efficiency)
        return timedelta(hours=hours) + SMALLEST

    def _pass(self, span: timedelta) -> None:
        gained = self.power_w * self.efficiency * span.total_seconds() / 3600
        self.level_wh = min(self.full_wh, self.level_wh + gained)
