"""What one more kWh in each slot would cost: bought, or given up by whoever can draw it at another time.

Where nothing binds, one more kWh is bought at the slot's price, or not sold. Where a limit is reached, or the
sun just covers the home, that price jumps; then a storage that draws in the slot may give way instead:

    price[k] = min(bought[k], price[j] where a storage moves from k to j, its end value, a demand's price)

with every bound of the storage kept between k and j. Storages that move into a slot at its own jump are
followed further, a few times. Where sun is held back one more kWh of it costs nothing.
"""

from collections.abc import Sequence

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

_NONE = float("inf")
"""The price of what cannot be had."""


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
    asked = {
        index: min(
            (_curtailed(task, power_w[task.device.id], index) for task in tasks.demands), default=_NONE
        )
        for index in jumps
    }
    for _ in range(_ROUNDS):
        before = list(prices)
        offers = [storage.offers(jumps, before) for storage in storages]
        for number, index in enumerate(jumps):
            prices[index] = min(prices[index], asked[index], *(each[number] for each in offers))
        if prices == before:
            break
    return tuple(prices)


def _curtailed(task: DemandTask, power_w: Sequence[float], index: int) -> float:
    """What a demand asks for a kWh less."""
    can = power_w[index] / 1000 > task.floor_kw[index] + CRUMB_KW
    return task.flexibility.curtail_price_per_kwh if can else _NONE


class _Storage:
    """A storage as planned, asked to draw less in a slot; what each slot can give and take is known.

    Of all slots that a kWh could be moved to, the cheapest for one slot is that for its neighbour, unless a
    slot between them is cheaper still or nothing may be moved across it. So each round walks the slots once
    in either direction and prices one move there for each jump.
    """

    def __init__(
        self, problem: Problem, tasks: Tasks, site: Site, task: StorageTask, power_w: tuple[float, ...]
    ) -> None:
        self.problem, self.site, self.task, self.power_w = problem, site, task, power_w
        self.stored, slots = task.stored(power_w), range(tasks.count)
        low = task.lowest(self.stored)
        self.empty = [kwh <= bound + _ROOM_KWH for kwh, bound in zip(self.stored, low, strict=True)]
        self.full = [kwh >= bound - _ROOM_KWH for kwh, bound in zip(self.stored, task.high, strict=True)]
        self.gives = [self._can_give(index) for index in slots]
        self.takes = [self._can_take(index) for index in slots]
        self.more = [self._stored_by_more(index) for index in slots]
        self.fines = self._fines()
        self.hurts = [
            fine + self._discomfort(index) if task.bands[index] else fine
            for index, fine in enumerate(self.fines)
        ]
        self.aching = any(self.hurts)

    def offers(self, jumps: Sequence[int], prices: Sequence[float]) -> list[float]:
        """For each of the jumps, what a kWh less there would cost: drawn later, or earlier, or never."""
        if not any(self.gives[index] for index in jumps):
            return [_NONE] * len(jumps)
        later, earlier = self._later(prices), self._earlier(prices)
        return [
            min(self._put_off(index, later[index], prices), self._advanced(index, earlier[index], prices))
            if self.gives[index]
            else _NONE
            for index in jumps
        ]

    def _later(self, prices: Sequence[float]) -> list[int | None]:
        """Per slot, the cheapest later one that can draw what is not drawn in it; behind the last: never.

        It is put off as long as the level stays above its bound. A goal, or a comfort band, that is only just
        met may be missed at its price; a goal inside a slot would feel that the energy comes only in it.
        """
        found, keep = list[int | None](), self.task.dynamics.keep
        best: int | None = len(self.stored)
        cost = self.task.end_value  # of a kWh less at the end of the slot
        for index in reversed(range(len(self.stored))):
            if self.empty[index]:
                best, cost = None, _NONE
            found.append(best)
            cost += self.hurts[index]
            if self.takes[index] and not self.fines[index]:
                offer = self._price_of_more(index, prices)
                if offer <= cost:
                    best, cost = index, offer
            if best is not None:
                cost *= keep[index]
        found.reverse()
        return found

    def _earlier(self, prices: Sequence[float]) -> list[int | None]:
        """Per slot, the cheapest earlier one that can draw what is not drawn in it, as far as it fits."""
        found, keep = list[int | None](), self.task.dynamics.keep
        best: int | None = None
        cost, since = _NONE, 0  # of a kWh more at the end of the slot; what is before ``since`` is full
        for index in range(len(self.stored)):
            if best is not None:
                cost = cost / keep[index] if keep[index] else _NONE
                if self._left(best, index) <= _LEAST_LEFT:
                    best, cost = self._again(since, index, prices)
            found.append(best)
            if self.full[index]:
                best, cost, since = None, _NONE, index + 1
            elif self.takes[index]:
                offer = self._price_of_more(index, prices)
                if offer < cost:
                    best, cost = index, offer
        return found

    def _again(self, since: int, until: int, prices: Sequence[float]) -> tuple[int | None, float]:
        """The cheapest slot of those from which something is left, once nothing is left from the best."""
        lasting = self.task.dynamics.lasting
        costs = [
            (self._price_of_more(k, prices) / lasting(k, until), k)
            for k in range(since, until)
            if self.takes[k] and self._left(k, until) > _LEAST_LEFT
        ]
        cost, best = min(costs, default=(_NONE, None))
        return best, cost

    def _price_of_more(self, index: int, prices: Sequence[float]) -> float:
        """What a kWh more at the end of the slot costs where it is drawn in it."""
        per_kwh, wear = self.more[index]
        return (prices[index] + wear) / per_kwh

    def _left(self, since: int, until: int) -> float:
        """What is left at the end of a slot of a kWh more at the meter in an earlier one."""
        return self.more[since][0] * self.task.dynamics.lasting(since, until)

    def _put_off(self, index: int, until: int | None, prices: Sequence[float]) -> float:
        """What a kWh less in the slot costs where it is drawn in a later one, or never."""
        if until is None:
            return _NONE
        lasting, last = self.task.dynamics.lasting, len(self.stored) - 1
        rate, fines = self._stored_by_less(index)
        if self.aching:
            for k in range(index, until):
                fines += rate * lasting(index, k) * self.hurts[k]
        if until > last:
            return rate * lasting(index, last) * self.task.end_value + fines
        per_kwh, wear = self.more[until]
        return rate * lasting(index, until) / per_kwh * (prices[until] + wear) + fines

    def _advanced(self, index: int, since: int | None, prices: Sequence[float]) -> float:
        """What a kWh less in the slot costs where it is drawn in an earlier one."""
        if since is None:
            return _NONE
        rate, wear = self._stored_by_less(index)
        return rate / self._left(since, index) * (prices[since] + self.more[since][1]) + wear

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

    def _fines(self) -> list[float]:
        """Per slot, the price of missing its goals by one kWh more."""
        fines = [0.0] * len(self.stored)
        for goal in self.task.goals:
            if goal.reached(self.stored) < goal.stored_kwh + _ROOM_KWH:
                fines[goal.index] += self.problem.prices.level_per_kwh
        return fines

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
        if not least <= power + CRUMB_KW < self.task.max_kw[index]:
            return False
        return self.site.room_w(self.task.device.id, index) > MARGIN_W
