"""What one more kWh in each slot would cost: bought, or given up by whoever can draw it at another time.

Where nothing binds, one more kWh is bought at the slot's price, or not sold. Where a limit is reached, or the
sun just covers the home, that price jumps; then a storage that draws in the slot may give way instead:

    price[k] = min(bought[k], price[j] where a storage moves from k to j, its end value, a demand's price)

with every bound of the storage kept between k and j. Storages that move into a slot at its own jump are
followed further, a few times.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drrouter.domain.ids import DeviceId
from drrouter.planner.demand_task import DemandTask
from drrouter.planner.problem import Problem
from drrouter.planner.site import MARGIN_W, Site
from drrouter.planner.storage_task import CRUMB_KW, SLACK_KWH, StorageTask
from drrouter.planner.tasks import Tasks

_ROUNDS = 3
"""How often a storage that gives way may make another give way."""

_ROOM_KWH = 10 * SLACK_KWH
"""A bound nearer than this cannot be moved against."""

_LEAST_LEFT = 1e-9
"""A smaller share of what is stored is as good as lost."""


def marginal_prices(
    problem: Problem, tasks: Tasks, site: Site, power_w: dict[DeviceId, tuple[float, ...]]
) -> tuple[float, ...]:
    """One price per slot, in the plan's currency per kWh, CO2 included.

    Interpretation: cycles stay where they are, for one kWh moves none of them.
    """
    prices = [site.marginal_price(index) for index in range(tasks.count)]
    jumps = [index for index in range(tasks.count) if site.jumps(index)]
    if not jumps:
        return tuple(prices)
    storages = [_Storage(problem, tasks, site, task, power_w[task.device.id]) for task in tasks.storages]
    for _ in range(_ROUNDS):
        before = list(prices)
        for index in jumps:
            offers = [offer for storage in storages for offer in storage.offers(index, before)]
            offers += [_curtailed(task, power_w[task.device.id], index) for task in tasks.demands]
            prices[index] = min(prices[index], *offers) if offers else prices[index]
        if prices == before:
            break
    return tuple(prices)


def _curtailed(task: DemandTask, power_w: Sequence[float], index: int) -> float:
    """What a demand asks for a kWh less."""
    can = power_w[index] / 1000 > task.floor_kw[index] + CRUMB_KW
    return task.flexibility.curtail_price_per_kwh if can else float("inf")


@dataclass(frozen=True, slots=True)
class _Storage:
    """A storage as planned, asked to draw less in a slot."""

    problem: Problem
    tasks: Tasks
    site: Site
    task: StorageTask
    power_w: tuple[float, ...]

    def offers(self, index: int, prices: Sequence[float]) -> Iterator[float]:
        """What a kWh less there would cost: drawn later, or earlier, or never."""
        if not self._can_give(index):
            return
        stored = self.task.stored(self.power_w)
        yield from self._later(index, stored, prices)
        yield from self._earlier(index, stored, prices)

    def _later(self, index: int, stored: Sequence[float], prices: Sequence[float]) -> Iterator[float]:
        """Later, as long as it stays above its bound; at the end of the horizon it is never drawn.

        A goal, or a comfort band, that is only just met may be missed at its price.
        """
        rate, fines = self._stored_by_less(index)
        for k in range(index, len(stored)):
            left = rate * self.task.dynamics.lasting(index, k)
            if k > index and self._can_take(k) and not self._goal_between(k, stored):
                per_kwh, wear = self._stored_by_more(k)
                yield left / per_kwh * (prices[k] + wear) + fines
            fines += left * (self._fine(k, stored) + self._discomfort(k, stored))
            if stored[k] <= self.task.low[k] + _ROOM_KWH:
                return
        yield left * self.task.end_value + fines

    def _stored_by_less(self, index: int) -> tuple[float, float]:
        """What a kWh less at the meter takes out of the store, and the wear where it is given back."""
        giving = self.task.giving
        if giving is not None and self.power_w[index] / 1000 <= CRUMB_KW:
            return giving.per_kwh, giving.wear_per_kwh
        return self._taken(index), 0.0

    def _stored_by_more(self, index: int) -> tuple[float, float]:
        """What a kWh more at the meter leaves in the store, and the wear where less is given back."""
        giving = self.task.giving
        if giving is not None and self.power_w[index] / 1000 < -CRUMB_KW:
            return giving.per_kwh, -giving.wear_per_kwh
        return self._taken(index), 0.0

    def _taken(self, index: int) -> float:
        """What is stored at the end of the slot of each kWh drawn in it."""
        moves = self.task.dynamics
        return moves.per_kw(index) / moves.hours[index]

    def _earlier(self, index: int, stored: Sequence[float], prices: Sequence[float]) -> Iterator[float]:
        for k in reversed(range(index)):
            if stored[k] >= self.task.high[k] - _ROOM_KWH:
                return
            per_kwh, gained = self._stored_by_more(k)
            left = per_kwh * self.task.dynamics.lasting(k, index)
            if self._can_take(k) and left > _LEAST_LEFT:
                rate, wear = self._stored_by_less(index)
                yield rate / left * (prices[k] + gained) + wear

    def _goal_between(self, index: int, stored: Sequence[float]) -> bool:
        """Whether a goal inside the slot would feel that the energy comes only in it."""
        return self._fine(index, stored) > 0

    def _fine(self, index: int, stored: Sequence[float]) -> float:
        """The price of missing a goal in the slot by one kWh more."""
        return sum(
            self.problem.prices.level_per_kwh
            for goal in self.task.goals
            if goal.index == index and goal.reached(list(stored)) < goal.stored_kwh + _ROOM_KWH
        )

    def _discomfort(self, index: int, stored: Sequence[float]) -> float:
        """The price of one kWh less at the end of the slot for bands that have nothing to spare."""
        bands = self.task.bands[index]
        return sum(band.price for band in bands if stored[index] < band.low + _ROOM_KWH)

    def _can_give(self, index: int) -> bool:
        power, giving = self.power_w[index] / 1000, self.task.giving
        if giving is not None and power <= CRUMB_KW:
            least = giving.on_kw[index] if giving.exact[index] else 0.0
            return least <= CRUMB_KW - power and giving.max_kw[index] > CRUMB_KW - power
        least = self.task.on_kw[index] if self.task.exact[index] else 0.0
        return power > max(self.task.kept_kw[index], least) + CRUMB_KW

    def _can_take(self, index: int) -> bool:
        power = self.power_w[index] / 1000
        if self.task.giving is not None and power < -CRUMB_KW:
            return True
        least = self.task.on_kw[index] if self.task.exact[index] else 0.0
        room_w = self.site.room_w(self.task.device.id, index)
        return least <= power + CRUMB_KW < self.task.max_kw[index] and room_w > MARGIN_W
