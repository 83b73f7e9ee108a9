"""Fills one storage by hand: the cheapest hours that keep its bounds, then its wishes, then what pays."""

from bisect import bisect_left, insort
from collections.abc import Callable, Sequence
from itertools import accumulate
from operator import add, mul, sub
from typing import NamedTuple

from drrouter.planner.problem import Problem
from drrouter.planner.site import Site
from drrouter.planner.storage_task import CRUMB_KW, SLACK_KWH, StorageTask, slack_kwh

_MOST_STEPS = 4
"""Purchases per slot, at most: an end even where arithmetic would go on in crumbs."""

_CRUMB_W = 0.1

_LEAST_LEFT = 1e-9
"""A smaller share of what is stored is as good as lost."""

_LEAST_ROOM = 1e-9
"""Less room than this, in kWh, is arithmetic."""

Rank = Callable[[int, float], float]
"""Orders slots by index and price per kWh; the smallest is bought first."""


def cheapest_first(index: int, price: float) -> float:
    """By price alone; equal prices are taken in order of time."""
    return price


def earliest_first(index: int, price: float) -> float:
    """At once, whatever it costs: how a device behaves that nobody steers."""
    return float(index)


def fill(
    problem: Problem,
    site: Site,
    task: StorageTask,
    rank: Rank = cheapest_first,
    begun_kw: Sequence[float] = (),
) -> tuple[float, ...]:
    """Mean power per slot, in W; the site itself is left as it was.

    Four passes, each by rank: what bounds demand, slot after slot; what comfort and wishes demand, as far
    as it costs less than the miss; what is worth more at the horizon than it costs, as far as comfort allows.

    Args:
        problem: the home.
        site: the home without this storage.
        task: the storage.
        rank: what is bought first.
        begun_kw: what it takes already, and gives, per slot; empty: its floor.
    """
    filling = _Filling(problem, site, task, rank, begun_kw)
    for index, low in enumerate(task.low):
        if low > filling.stored[index]:
            filling.buy(index, low - filling.stored[index], float("inf"))
    filling.keep_floors()
    filling.mind_full()
    for index, bands in enumerate(task.bands):
        if bands:
            filling.buy(index, *filling.uncomfortable(index))
    for goal in task.goals:
        missing = goal.stored_kwh - goal.reached(filling.stored)
        if missing > SLACK_KWH:
            filling.buy(goal.index, missing, problem.prices.level_per_kwh)
    filling.mind_comfort()
    filling.buy(len(task.low) - 1, float("inf"), task.end_value)
    return tuple(1000 * power for power in filling.power_kw)


class _Piece(NamedTuple):
    """The next piece of power to be had in a slot: up to ``most`` kW, at least ``least``.

    ``price`` is that of a kWh stored by the end of the slot.
    """

    most: float
    least: float
    price: float


class _Filling:
    def __init__(
        self, problem: Problem, site: Site, task: StorageTask, rank: Rank, begun_kw: Sequence[float]
    ) -> None:
        self.task, self.site, self.rank = task, site, rank
        self.hours = tuple(slot.hours for slot in problem.slots)
        self.moves = task.dynamics
        self.per_kw = [self.moves.per_kw(index) for index in range(len(self.hours))]
        self.power_kw = list(begun_kw or task.kept_kw)
        self.stored = self.moves.path(self.power_kw)
        self.high = list(task.high)
        self.yielding = [floor > 0 for floor in task.floor_kw]
        self.floors = [index for index, floor in enumerate(task.floor_kw) if floor > 0]
        self.rooms = self._rooms()
        last = len(self.hours) - 1  # of a kWh something is left there, if never so little
        self.lasting = [max(self.moves.lasting(index, last), _LEAST_LEFT) for index in range(last + 1)]
        self.pieces = [self._piece(index) for index in range(last + 1)]
        self.ranks = [self._ranked(index) for index in range(last + 1)]
        self.order = sorted(rank for rank, piece in zip(self.ranks, self.pieces, strict=True) if piece)

    def uncomfortable(self, index: int) -> tuple[float, float]:
        """What comfort lacks at the end of the slot, in kWh, and what each kWh put in by then relieves.

        What is put in lasts, so it relieves the slots behind it as well, as far as they lack it too.
        """
        lacks = [(band.low - self.stored[index], band.price) for band in self.task.bands[index]]
        wanted = max((lack for lack, price in lacks if price > 0), default=0.0)
        if wanted <= SLACK_KWH:
            return 0.0, 0.0
        worth = 0.0
        for later in range(index, len(self.stored)):
            prices = [b.price for b in self.task.bands[later] if b.low > self.stored[later] + SLACK_KWH]
            if not prices:
                break
            worth += self.moves.lasting(index, later) * sum(prices)
        return min(wanted, self.task.full - self.stored[index]), worth

    def keep_floors(self) -> None:
        """Stay at a floor until it is full, where less was to be had before than bounds demand.

        ``kept_kw`` takes bounds as kept; a device whose steps are too coarse for that has more to fill. From
        here on floors yield to nothing.
        """
        if not self.floors:
            return
        self.yielding = [False] * len(self.hours)
        self.rooms = self._rooms()
        for index in self.floors:
            before = self.stored[index - 1] if index else 0.0
            full_kw = self.moves.power_to(index, before, self.task.full)
            short_kw = min(self.task.floor_kw[index], full_kw) - self.power_kw[index]
            if short_kw > CRUMB_KW:
                self._take(index, short_kw)

    def mind_full(self) -> None:
        """From here on, buy nothing for a level that the surroundings lift above full by themselves."""
        ends = zip(self.task.high, self.stored, strict=True)
        self.high = [min(high, max(self.task.full, stored)) for high, stored in ends]
        self.rooms = self._rooms()

    def mind_comfort(self) -> None:
        """From here on, buy nothing that lifts a level out of its comfort."""
        if any(self.task.bands):
            for index, bands in enumerate(self.task.bands):
                highs = [max(band.high, self.stored[index]) for band in bands if band.price > 0]
                self.high[index] = min([self.high[index], *highs])
        self.rooms = self._rooms()

    def buy(self, until: int, wanted_kwh: float, worth: float) -> None:
        """Buy in slots up to ``until`` what is wanted at its end, each kWh for less than its worth."""
        enough = slack_kwh(self.moves, until)
        for _ in range(_MOST_STEPS * (until + 1)):
            if wanted_kwh <= enough:
                return
            best = self._best(until, wanted_kwh, worth)
            if best is None:
                return
            before = self.stored[until]
            self._take(*best)
            wanted_kwh -= self.stored[until] - before

    def _take(self, index: int, kilowatts: float) -> None:
        """Take this much power more; floors behind it that fill the device up take less then."""
        self._add(index, kilowatts)
        for later in self.floors:
            if later > index and self.yielding[later] and self.power_kw[later] > 0:
                full_kw = max(0.0, self.moves.power_to(later, self.stored[later - 1], self.task.full))
                if full_kw < self.power_kw[later] <= self.task.floor_kw[later]:
                    self._add(later, full_kw - self.power_kw[later])
                    self.rooms = self._rooms()

    def _add(self, index: int, kilowatts: float) -> None:
        energy = kilowatts * self.per_kw[index]
        self.power_kw[index] += kilowatts
        lasts = self._lasts(index, energy)
        self.stored[index:] = map(add, self.stored[index:], lasts)
        self.rooms[index:] = map(sub, self.rooms[index:], lasts)
        self._fill_up(index)
        if self.pieces[index]:
            del self.order[bisect_left(self.order, self.ranks[index])]
        self.pieces[index] = self._piece(index)
        self.ranks[index] = self._ranked(index)
        if self.pieces[index]:
            insort(self.order, self.ranks[index])

    def _lasts(self, index: int, energy: float) -> list[float]:
        """What is left of the energy stored in the slot at the end of it and of each later one."""
        if not self.moves.loss_per_h:
            return [energy] * (len(self.hours) - index)
        return list(accumulate(self.moves.keep[index + 1 :], mul, initial=energy))

    def _ranked(self, index: int) -> tuple[float, int]:
        """Where the slot's next piece stands among all that can be bought."""
        piece = self.pieces[index]
        if piece is None:
            return float("inf"), index
        return self.rank(index, piece.price / self.lasting[index]), index

    def _best(self, until: int, wanted_kwh: float, worth: float) -> tuple[int, float] | None:
        """The slot that comes first by rank of those that can be bought, and how many kW."""
        for _, index in self.order:
            piece = self.pieces[index]
            if index > until or piece is None:
                continue
            lasting, per_kw = self.moves.lasting(index, until), self.per_kw[index]
            if lasting <= _LEAST_LEFT or piece.price / lasting >= worth:
                continue
            wanted_kw = wanted_kwh / lasting / per_kw
            kilowatts = min(piece.most, self.rooms[index] / per_kw, max(wanted_kw, piece.least))
            if kilowatts <= CRUMB_KW:
                continue
            if kilowatts >= piece.least - CRUMB_KW or self._fills(index, kilowatts):
                return index, kilowatts
        return None

    def _rooms(self) -> list[float]:
        """What each slot may store more without any later level going above its bound, in kWh."""
        rooms = [high - stored for high, stored in zip(self.high, self.stored, strict=True)]
        self._share_room(rooms, len(rooms) - 1)
        return rooms

    def _fill_up(self, index: int) -> None:
        """Bring the rooms up to date after energy was stored: all later ones shrank, earlier ones may."""
        self._share_room(self.rooms, index, settled=True)

    def _share_room(self, rooms: list[float], behind: int, *, settled: bool = False) -> None:
        """Leave each slot before ``behind`` the room at its own end or at the next one, whichever is less.

        Little may be left of what is stored by the next end. So room is never quite nothing: a last digit
        above the bound would grow into a lack of room hours before. What a floor takes by then may give way.

        Args:
            rooms: what each slot may store more, filled in here.
            behind: the slot whose room is known.
            settled: whether the rooms before a slot that keeps its own are known as well.
        """
        keeps, yielding, high, stored = self.moves.keep, self.yielding, self.high, self.stored
        for index in range(behind, 0, -1):
            keep, room = keeps[index], rooms[index]
            if room < _LEAST_ROOM:
                room = _LEAST_ROOM
            if yielding[index] and 0 < self.power_kw[index] <= self.task.floor_kw[index]:
                room += self.per_kw[index] * self.power_kw[index]
            room, own = room / keep if keep else float("inf"), high[index - 1] - stored[index - 1]
            if own < room:
                room = own
            if settled and room == rooms[index - 1]:
                return
            rooms[index - 1] = room

    def _piece(self, index: int) -> _Piece | None:
        """The piece ends where the price changes: where the sun ends, at a peak or block, at a limit."""
        task, site, present = self.task, self.site, self.power_kw[index]
        device_id, present_w = task.device.id, 1000 * self.power_kw[index]
        most = task.max_kw[index] - present
        if most <= CRUMB_KW:
            return None
        room_w = site.room_w(device_id, index) - present_w
        if task.free:
            most = min(most, room_w / 1000)
        if task.sun_only:
            most = min(most, (-site.grid_w[index] - present_w) / 1000)
        if present < 0 or most <= CRUMB_KW:
            return None
        least = max(0.0, task.on_kw[index] - present) if task.exact[index] else 0.0
        edges = [edge - present_w for edge in site.price_edges_w(index)]
        ends = [step / 1000 for step in (*edges, room_w) if step > _CRUMB_W]
        most = min(most, max(least, min(ends, default=most)))
        cost = site.added_cost(device_id, index, present_w + 1000 * most)
        cost -= site.added_cost(device_id, index, present_w) if present_w else 0.0
        return _Piece(most, least, cost / (most * self.per_kw[index]))

    def _fills(self, index: int, kilowatts: float) -> bool:
        stored = self.stored[index] + kilowatts * self.per_kw[index]
        return stored >= self.task.full - SLACK_KWH
