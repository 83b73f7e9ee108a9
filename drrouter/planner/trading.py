"""Lets one battery give by hand: each dear kWh from the cheapest source that its level allows.

A source is what would be left at the end, or charging in another slot, before or after. Only trades that gain
are made, so the plan never gets worse by one, and none leaves a bound, takes from a wish, or breaks a limit.
"""

from collections.abc import Iterator, Sequence
from operator import sub
from typing import NamedTuple

from drrouter.planner.battery_task import Giving
from drrouter.planner.problem import Problem
from drrouter.planner.site import Site
from drrouter.planner.storage_task import CRUMB_KW, SLACK_KWH, StorageTask

_MOST_STEPS = 4
"""Trades per slot, at most: an end even where arithmetic would go on in crumbs."""

_GAIN = 1e-6
"""Less gain than this, per kWh, is none."""

_CRUMB_W = 0.1

_LEAST_LEFT = 1e-9
"""A smaller share of what is stored is as good as lost."""


def trade(problem: Problem, site: Site, task: StorageTask, power_w: Sequence[float]) -> tuple[float, ...]:
    """The battery's mean power per slot, in W, once it gives where that pays; the site itself stays.

    Args:
        problem: the home.
        site: the home without this battery.
        task: the battery; one that gives nothing back keeps its power.
        power_w: what it takes so far.
    """
    if task.giving is None:
        return tuple(power_w)
    return _Trading(problem, site, task, task.giving, power_w).run()


class _Piece(NamedTuple):
    """Power to be had up to ``most`` kW, at least ``least``, at one price per kWh stored or taken out."""

    most: float
    least: float
    price: float


class _Source(NamedTuple):
    """Where energy comes from: charging in a slot, or what is left at the end (None).

    Prices and amounts are of energy as it is taken out where it is given; ``factor`` is what must be charged
    for it, more where it decays until then and less where it would have decayed.
    """

    slot: int | None
    price: float
    most_kwh: float
    least_kwh: float = 0.0
    factor: float = 1.0


class _Trading:
    def __init__(
        self, problem: Problem, site: Site, task: StorageTask, gives: Giving, power_w: Sequence[float]
    ) -> None:
        self.task, self.site, self.gives = task, site, gives
        self.hours = tuple(slot.hours for slot in problem.slots)
        self.power_kw = [watts / 1000 for watts in power_w]
        self.moves = task.dynamics
        self.stored = self.moves.path(self.power_kw)
        self.keep, self.high = self._kept_levels(), self._high_levels()
        self._count()
        self.takes = [self._taking(index) for index in range(len(self.hours))]
        self.sends = [self._sending(index) for index in range(len(self.hours))]

    def run(self) -> tuple[float, ...]:
        """The dearest slot first, until no trade gains."""
        values = [self._value(index) for index in range(len(self.hours))]
        open_slots = {index for index, piece in enumerate(self.sends) if piece is not None}
        for _ in range(_MOST_STEPS * len(self.hours)):
            if not open_slots:
                break
            index = -max(map(values.__getitem__, open_slots))[1]
            touched = self._trade_at(index)
            for other in touched:
                values[other] = self._value(other)
            if not touched or self.sends[index] is None:
                open_slots.discard(index)
        return tuple(1000 * power for power in self.power_kw)

    def _value(self, index: int) -> tuple[float, int]:
        """What a kWh given in the slot earns; of equal ones the first counts as more."""
        piece = self.sends[index]
        return float("-inf") if piece is None else piece.price, -index

    def _trade_at(self, index: int) -> list[int]:
        """Give in this slot from the cheapest source that fits; the slots in which anything was traded."""
        piece = self.sends[index]
        if piece is None:
            return []
        back = self.moves.per_kw_back(index)
        for source in sorted(self._sources(index, piece.price - _GAIN), key=lambda source: source.price):
            energy = min(source.most_kwh, piece.most * back)
            if energy > SLACK_KWH and energy >= max(source.least_kwh, piece.least * back) - SLACK_KWH:
                moves = [(index, -energy / back)]
                if source.slot is not None:
                    moves.append((source.slot, energy * source.factor / self.moves.per_kw(source.slot)))
                self._move(moves)
                return [touched for touched, _ in moves]
        return []

    def _sources(self, index: int, below: float) -> list[_Source]:
        """Whatever is cheaper than that: what is left at the end, charging later, and charging before."""
        spare, later = self._later(index, below)
        found = []
        if spare > SLACK_KWH:
            worth = self.task.end_value * self.moves.lasting(index, len(self.hours) - 1)
            if worth < below:
                found.append(_Source(None, worth, spare - SLACK_KWH))
        return [*found, *later, *self._before(index, below)]

    def _later(self, index: int, below: float) -> tuple[float, list[_Source]]:
        """What lasts until the end, and charging meanwhile, of no more than lasts until then."""
        found, spares, takes = list[_Source](), self.spares, self.takes
        spare, loss = spares[index], self.moves.loss_per_h
        for later in range(index + 1, len(spares)):
            if spare <= SLACK_KWH:
                break
            piece = takes[later]
            if piece is not None and (loss or piece.price < below):
                found += self._charging(later, spare, self.moves.lasting(index, later), below)
            if spares[later] < spare:
                spare = spares[later]
        return spare, found

    def _before(self, index: int, below: float) -> list[_Source]:
        """Charging before, as far as it fits until then."""
        found, rooms, takes = list[_Source](), self.rooms, self.takes
        room, loss = float("inf"), self.moves.loss_per_h
        for earlier in reversed(range(index)):
            if rooms[earlier] < room:
                room = rooms[earlier]
            if room <= SLACK_KWH:
                break
            piece = takes[earlier]
            if piece is not None and (loss or piece.price < below):
                left = self.moves.lasting(earlier, index)
                if left > _LEAST_LEFT:
                    found += self._charging(earlier, room * left, 1 / left, below)
        return found

    def _charging(self, index: int, room_kwh: float, factor: float, below: float) -> Iterator[_Source]:
        piece = self.takes[index]
        if piece is None or piece.price * factor >= below:
            return
        if factor > _LEAST_LEFT and room_kwh > 2 * SLACK_KWH:
            stored = self.moves.per_kw(index) / factor
            most = min(piece.most * stored, room_kwh - SLACK_KWH)
            yield _Source(index, piece.price * factor, most, piece.least * stored, factor)

    def _move(self, moves: list[tuple[int, float]]) -> None:
        """Take so many kW more in each of these slots; before the first of them nothing changes."""
        for index, kilowatts in moves:
            self.power_kw[index] += kilowatts
            self.takes[index], self.sends[index] = self._taking(index), self._sending(index)
        first = min(index for index, _ in moves)
        before = self.stored[first - 1] if first else 0.0
        self.stored[first:] = self.moves.path(self.power_kw[first:], first, before)
        self._count()

    def _count(self) -> None:
        """What each level may fall, and rise."""
        self.spares = list(map(sub, self.stored, self.keep))
        self.rooms = list(map(sub, self.high, self.stored))

    def _kept_levels(self) -> list[float]:
        """What must stay stored at the end of each slot: the bound, and what wishes have so far.

        Where it takes less than its floor or its least power because it becomes full, it stays full.
        """
        keep = [
            stored if self._stops(index) else low
            for index, (low, stored) in enumerate(
                zip(self.task.lowest(self.stored), self.stored, strict=True)
            )
        ]
        for index, bands in enumerate(self.task.bands):
            wished = [min(band.low, self.stored[index]) for band in bands if band.price > 0]
            keep[index] = max([keep[index], *wished])
        for goal in self.task.goals:
            wanted = min(goal.stored_kwh, goal.reached(self.stored))
            for index in (goal.index - 1, goal.index):
                if index >= 0:
                    keep[index] = max(keep[index], wanted)
        return keep

    def _stops(self, index: int) -> bool:
        """Whether it takes what it takes in the slot only because it then stops by itself."""
        power, floor, least = self.power_kw[index], self.task.floor_kw[index], self.task.on_kw[index]
        return power < floor or (self.task.exact[index] and floor < power < least)

    def _high_levels(self) -> list[float]:
        """What may be stored at the end of each slot: the bound, and what comfort bears."""
        return [
            min([high, max(self.task.full, stored), *(max(b.high, stored) for b in bands if b.price > 0)])
            for high, stored, bands in zip(self.task.high, self.stored, self.task.bands, strict=True)
        ]

    def _taking(self, index: int) -> _Piece | None:
        """More to charge in a slot in which it does not give, up to where the price changes."""
        task, site, present = self.task, self.site, self.power_kw[index]
        room_w = site.room_w(task.device.id, index) - 1000 * present
        sun_w = -site.grid_w[index] - 1000 * present
        most = min(task.max_kw[index] - present, room_w / 1000)
        if task.sun_only:
            most = min(most, sun_w / 1000)
        if present < 0 or most <= CRUMB_KW:
            return None
        least = max(0.0, task.on_kw[index] - present) if task.exact[index] else 0.0
        edges = [edge - 1000 * present for edge in site.price_edges_w(index)]
        ends = [step / 1000 for step in (*edges, room_w) if step > _CRUMB_W]
        most = min(most, max(least, min(ends, default=most)))
        return _Piece(most, least, self._cost(index, most) / (most * self.moves.per_kw(index)))

    def _sending(self, index: int) -> _Piece | None:
        """More to give in a slot in which it does not charge, up to where the price changes."""
        gives, site, present = self.gives, self.site, self.power_kw[index]
        load_w = site.grid_w[index] + 1000 * present
        over_w = 1000 * present - site.room_w(self.task.device.id, index)
        most = gives.max_kw[index] + present
        most = min(most, (load_w + (site.export_w[index] if gives.may_export else 0.0)) / 1000)
        if present > 0 or most <= CRUMB_KW:
            return None
        least = max(0.0, gives.on_kw[index] + present) if gives.exact[index] else 0.0
        ends = [step / 1000 for step in (load_w, over_w) if step > _CRUMB_W]
        most = min(most, max(least, min(ends, default=most)))
        worn = self.gives.wear_per_kwh * self.hours[index] * most
        saved = -self._cost(index, -most) - worn
        return _Piece(most, least, saved / (most * self.moves.per_kw_back(index)))

    def _cost(self, index: int, kilowatts: float) -> float:
        """What so much more costs in the slot, wear apart."""
        device_id, present_w = self.task.device.id, 1000 * self.power_kw[index]
        cost = self.site.added_cost(device_id, index, present_w + 1000 * kilowatts)
        return cost - self.site.added_cost(device_id, index, present_w)
