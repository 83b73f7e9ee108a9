"""What one more kWh in each slot would cost: bought, or given up by whoever can draw it at another time.

Where nothing binds, one more kWh is bought at the slot's price, or not sold. Where a limit is reached, or the
sun just covers the home, that price jumps; then a storage that draws in the slot may give way instead:

    price[k] = min(bought[k], price[j] where a storage moves from k to j, its end value, a demand's price)

with every bound of the storage kept between k and j. Storages that move into a slot at its own jump are
followed further, a few times. Where sun is held back one more kWh of it costs nothing.
"""

from collections.abc import Iterator, Sequence

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
    for inverter in tasks.inverters:
        held = map(inverter.held_kw, range(tasks.count), power_w[inverter.device.id])
        prices = [min(price, 0.0) if kw > CRUMB_KW else price for price, kw in zip(prices, held, strict=True)]
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


class _Storage:
    """A storage as planned, asked to draw less in a slot; what each slot can give and take is known."""

    def __init__(
        self, problem: Problem, tasks: Tasks, site: Site, task: StorageTask, power_w: tuple[float, ...]
    ) -> None:
        self.problem, self.site, self.task, self.power_w = problem, site, task, power_w
        self.stored, slots = task.stored(power_w), range(tasks.count)
        self.low = task.lowest(self.stored)
        self.takes = [self._can_take(index) for index in slots]
        self.more = [self._stored_by_more(index) for index in slots]
        self.fines = [self._fine(index) for index in slots]
        self.hurts = [fine + self._discomfort(index) for index, fine in zip(slots, self.fines, strict=True)]

    def offers(self, index: int, prices: Sequence[float]) -> Iterator[float]:
        """What a kWh less there would cost: drawn later, or earlier, or never."""
        if self._can_give(index):
            yield from self._later(index, prices)
            yield from self._earlier(index, prices)

    def _later(self, index: int, prices: Sequence[float]) -> Iterator[float]:
        """Later, as long as it stays above its bound; at the end of the horizon it is never drawn.

        A goal, or a comfort band, that is only just met may be missed at its price; a goal inside a slot
        would feel that the energy comes only in it.
        """
        rate, fines = self._stored_by_less(index)
        for k in range(index, len(self.stored)):
            left = rate * self.task.dynamics.lasting(index, k)
            if k > index and self.takes[k] and not self.fines[k]:
                per_kwh, wear = self.more[k]
                yield left / per_kwh * (prices[k] + wear) + fines
            fines += left * self.hurts[k]
            if self.stored[k] <= self.low[k] + _ROOM_KWH:
                return
        yield left * self.task.end_value + fines

    def _earlier(self, index: int, prices: Sequence[float]) -> Iterator[float]:
        rate, wear = self._stored_by_less(index)
        for k in reversed(range(index)):
            if self.stored[k] >= self.task.high[k] - _ROOM_KWH:
                return
            if self.takes[k]:
                per_kwh, gained = self.more[k]
                left = per_kwh * self.task.dynamics.lasting(k, index)
                if left > _LEAST_LEFT:
                    yield rate / left * (prices[k] + gained) + wear

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

    def _fine(self, index: int) -> float:
        """The price of missing a goal in the slot by one kWh more."""
        return sum(
            self.problem.prices.level_per_kwh
            for goal in self.task.goals
            if goal.index == index and goal.reached(self.stored) < goal.stored_kwh + _ROOM_KWH
        )

    def _discomfort(self, index: int) -> float:
        """The price of one kWh less at the end of the slot for bands that have nothing to spare."""
        bands = self.task.bands[index]
        return sum(band.price for band in bands if self.stored[index] < band.low + _ROOM_KWH)

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
