"""The home at its meter: what flows in each slot, what the next watt costs, and how much room limits leave.

The greedy rung builds its plan here, and options and explanations ask here what a start would cost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.plan import Plan
from drrouter.planner.caution import reserves_w
from drrouter.planner.energy_prices import Tariffs, tariffs_of
from drrouter.planner.event_meter import EventMeter
from drrouter.planner.lines import line_base_w
from drrouter.planner.problem import Problem
from drrouter.planner.term_meter import TermMeter

NO_LIMIT_W = 1_000_000.0
"""Stands for "no limit" where a number is needed: a megawatt is more than any home draws."""

MARGIN_W = 0.1
"""Less room than this below a limit is the arithmetic's: the limit is reached."""

_NO_MONEY = 1e-9


@dataclass(frozen=True, slots=True)
class LimitRow:
    """The tightest limit on one set of devices, or on one line, in one slot.

    Attributes:
        members: the devices bound; None is the whole site, at its meter.
        shares: of a line: the share of each member's power that flows on it; empty: all of it.
        base_w: what flows there without any device.
    """

    index: int
    max_w: float
    members: frozenset[DeviceId] | None
    limit: Limit
    shares: Mapping[DeviceId, float] = field(default_factory=dict)
    base_w: float = 0.0

    def binds(self, device_id: DeviceId) -> bool:
        """Whether the device counts under it."""
        return self.members is None or device_id in self.members

    def share(self, device_id: DeviceId) -> float:
        """How much of each watt of a device that it binds counts under it."""
        return self.shares.get(device_id, 1.0)


Binding = tuple[frozenset[DeviceId] | None, Mapping[DeviceId, float], Sequence[float]]
"""Whom a limit binds, with which shares, and what flows there anyhow."""


def limit_rows(problem: Problem) -> tuple[LimitRow, ...]:
    """One row per slot and set of devices or line bound, in order of slots.

    Interpretation: a limit that touches a slot binds all of it. A limit on a line that is named binds all
    that flows on it; where none is named it binds the devices that it names, and one that names nobody the
    site.
    """
    return rows_of(problem.limits, problem.slots, limits_bind(problem))


def rows_of(
    limits: Sequence[Limit], slots: Sequence[Interval], binding: Sequence[Binding]
) -> tuple[LimitRow, ...]:
    """The rows of these limits, each with whom it binds."""
    tightest: dict[tuple[int, tuple[str, ...]], LimitRow] = {}
    for limit, (members, shares, base_w) in zip(limits, binding, strict=True):
        name: tuple[str, ...] = tuple(sorted(members)) if members is not None else ()
        if limit.scope is Scope.LINE and limit.line is not None:
            name = (f"line {limit.line}", *name)
        for index, slot in enumerate(slots):
            if slot.end <= limit.interval.start or slot.start >= limit.interval.end:
                continue
            rival = tightest.get((index, name))
            if rival is None or limit.effective_w < rival.max_w:
                row = LimitRow(index, limit.effective_w, members, limit, shares, base_w[index])
                tightest[index, name] = row
    return tuple(tightest[key] for key in sorted(tightest))


def limits_bind(problem: Problem) -> tuple[Binding, ...]:
    """Whom each limit binds."""
    return tuple(_bound(problem, limit) for limit in problem.limits)


def _bound(problem: Problem, limit: Limit) -> Binding:
    """Whom the limit binds, with which shares, and what flows there anyhow."""
    nothing = (0.0,) * len(problem.slots)
    if limit.scope is Scope.LINE and limit.line is not None:
        shares = {device.id: device.share_on(limit.line) for device in problem.devices}
        shares = {device_id: share for device_id, share in shares.items() if share > 0}
        return frozenset(shares), shares, line_base_w(problem, limit.line)
    if limit.scope is Scope.SITE or not limit.members:
        return None, {}, nothing
    return frozenset(limit.members), {}, nothing


def export_limits_w(problem: Problem) -> list[float]:
    """What may be exported in each slot, in W; a limit that touches a slot binds all of it."""
    return [
        min(
            (
                limit.effective_w
                for limit in problem.export_limits
                if limit.interval.overlap(slot) is not None
            ),
            default=NO_LIMIT_W,
        )
        for slot in problem.slots
    ]


class Site:
    """Power at the meter and under every limit, as devices are added and taken away again."""

    def __init__(
        self,
        problem: Problem,
        base_w: Sequence[float],
        tariffs: Tariffs | None = None,
        rows: tuple[LimitRow, ...] | None = None,
    ) -> None:
        """Begin with what no device draws: base load less generation, in W per slot.

        The tariffs and the limits are the problem's, unless others are given.
        """
        self.tariffs = tariffs or tariffs_of(problem)
        self.grid_w = list(base_w)
        self._meter = TermMeter(self.tariffs.terms, self.grid_w)
        self.rows = limit_rows(problem) if rows is None else rows
        self.export_w = export_limits_w(problem)
        self._per_kwh = problem.prices.limit_per_kwh
        self.events = EventMeter(problem, self.grid_w)
        self._metered = not (self._meter.is_idle and self.events.is_idle)
        self._exports_freely = min(self.export_w, default=NO_LIMIT_W) >= NO_LIMIT_W
        reserves_site_w = reserves_w(problem)
        self._used_w = [self.grid_w[row.index] if row.members is None else row.base_w for row in self.rows]
        self._reserve_w = [reserves_site_w[row.index] if row.members is None else 0.0 for row in self.rows]
        self._in_slot: list[list[int]] = [[] for _ in self.grid_w]
        self._most_w = [NO_LIMIT_W] * len(self.grid_w)  # of the site; it has one row in a slot at most
        for number, row in enumerate(self.rows):
            self._in_slot[row.index].append(number)
            if row.members is None:
                self._most_w[row.index] = row.max_w
        self._on_site = [[(n, 1.0) for n in slot if self.rows[n].members is None] for slot in self._in_slot]
        self._apart = sorted({row.index for row in self.rows if row.members is not None})
        self._binding: dict[DeviceId, list[list[tuple[int, float]]]] = {}
        self._costs: list[float | None] = [None] * len(self.grid_w)

    @classmethod
    def of_plan(cls, problem: Problem, plan: Plan) -> Self:
        """The home as planned: the plan must have the problem's slots."""
        site = cls(problem, plan.grid_w)
        site.events.count(plan.power_w)
        for number, row in enumerate(site.rows):
            if row.members is not None:
                known = sorted(member for member in row.members if member in plan.power_w)
                drawn = (row.share(member) * plan.power_w[member][row.index] for member in known)
                site._used_w[number] = row.base_w + sum(drawn)
        return site

    def add(self, device_id: DeviceId, power_w: Iterable[float], first: int = 0, sign: float = 1.0) -> None:
        """Let the device draw this much more from slot ``first`` on; less with ``sign`` -1."""
        for index, watts in enumerate(power_w, start=first):
            if watts:
                self.add_at(device_id, index, sign * watts)

    def add_at(self, device_id: DeviceId, index: int, watts: float) -> None:
        """Let the device draw this much more in one slot."""
        before = self.grid_w[index]
        self.grid_w[index] += watts
        self._costs[index] = None
        if self._metered:
            self.events.change(device_id, index, before, before + watts)
            self._meter.change(index, before, before + watts)
        for number, share in self._bind(device_id)[index]:
            self._used_w[number] += share * watts

    def _bind(self, device_id: DeviceId) -> list[list[tuple[int, float]]]:
        """Per slot, the limit rows under which the device counts, and the share of each watt that does."""
        found = self._binding.get(device_id)
        if found is None:
            found = self._binding[device_id] = list(self._on_site)
            for index in self._apart:
                rows = [(number, self.rows[number]) for number in self._in_slot[index]]
                found[index] = [(n, row.share(device_id)) for n, row in rows if row.binds(device_id)]
        return found

    def used_w(self, number: int) -> float:
        """What is drawn under the limit row of that number."""
        return self._used_w[number]

    def left_w(self, number: int) -> float:
        """What may be added under the limit row of that number, less the room kept in reserve."""
        return self.rows[number].max_w - self._used_w[number] - self._reserve_w[number]

    def added_cost(self, device_id: DeviceId, index: int, watts: float) -> float:
        """What this much more in one slot would cost: energy, CO2, terms and limits broken further."""
        energy = self._added_energy(device_id, index, watts)
        if self._meter.is_idle:
            return energy
        return energy + self._meter.added({index: self._more_kw(index, watts)})

    def added_cost_of(self, device_id: DeviceId, power_w: Sequence[float], first: int = 0) -> float:
        """What this much more from slot ``first`` on would cost: a peak that it lifts counts once."""
        energy = sum(
            [self._added_energy(device_id, index, watts) for index, watts in enumerate(power_w, start=first)]
        )
        if self._meter.is_idle:
            return energy
        changes = {index: self._more_kw(index, watts) for index, watts in enumerate(power_w, start=first)}
        return energy + self._meter.added(changes)

    def _added_energy(self, device_id: DeviceId, index: int, watts: float) -> float:
        before, standing, tariffs = self.grid_w[index], self._costs[index], self.tariffs
        if standing is None:
            standing = self._costs[index] = tariffs.slot_cost(index, before)
        cost = tariffs.slot_cost(index, before + watts) - standing
        for number, share in self._bind(device_id)[index]:
            over_w = self._used_w[number] - self.rows[number].max_w
            if over_w > 0 or over_w + share * watts > 0:
                more_w = max(0.0, over_w + share * watts) - max(0.0, over_w)
                cost += tariffs.hours[index] * more_w / 1000 * self._per_kwh
        if not self._exports_freely and self.export_w[index] < NO_LIMIT_W:
            more_w = self.over_export_w(index, watts) - self.over_export_w(index)
            cost += self.tariffs.hours[index] * more_w / 1000 * self._per_kwh
        if not self._metered:
            return cost
        return cost + self.events.added(device_id, index, before, before + watts)

    def over_export_w(self, index: int, watts: float = 0.0) -> float:
        """What is exported above the limit in the slot once so much more is drawn."""
        return max(0.0, -self.grid_w[index] - watts - self.export_w[index] - self._spare_w(index))

    def _spare_w(self, index: int) -> float:
        return self.tariffs.spare_w[index] if self.tariffs.spare_w else 0.0

    def _more_kw(self, index: int, watts: float) -> float:
        """How much more is imported where so much more is drawn."""
        return (max(0.0, self.grid_w[index] + watts) - max(0.0, self.grid_w[index])) / 1000

    def price_edges_w(self, index: int) -> list[float]:
        """After how much more power the next kWh costs something else: sun, limits, terms, calm."""
        sun_w = max(0.0, -self.grid_w[index])
        if not self._metered and self._exports_freely and not self.tariffs.spare_w:
            return [sun_w]
        calm_w = self.events.calm_w.get(index, NO_LIMIT_W) - self.grid_w[index]
        terms = (sun_w + 1000 * edge for edge in self._meter.edges_kw(index))
        edges_w = [self.over_export_w(index), sun_w, calm_w, *terms]
        if self.tariffs.spare_w:
            flow_w, spare_w = -self.grid_w[index], self._spare_w(index)
            edges_w += [flow_w - spare_w, flow_w - self.export_w[index]]
        return edges_w

    def room_w(self, device_id: DeviceId, index: int) -> float:
        """What the device may draw more in one slot before a limit is broken; negative where one is.

        Room that is kept for what a forecast may get wrong counts as taken.
        """
        least_w: float | None = None
        for number, share in self._bind(device_id)[index]:
            left_w = self.left_w(number) / share
            if least_w is None or left_w < least_w:
                least_w = left_w
        return NO_LIMIT_W if least_w is None else least_w

    def rooms_w(self, device_id: DeviceId) -> list[float]:
        """The same in every slot."""
        return [self.room_w(device_id, index) for index in range(len(self.grid_w))]

    def tightest(self, device_id: DeviceId, index: int) -> LimitRow | None:
        """The limit that leaves the device the least room in the slot, None where there is none."""
        bound = self._bind(device_id)[index]
        if not bound:
            return None
        return self.rows[min(bound, key=lambda row: self.left_w(row[0]) / row[1])[0]]

    def headroom_w(self, index: int) -> float:
        """What is left below the tightest limit of the site."""
        return self._most_w[index] - self.grid_w[index]

    def marginal_price(self, index: int) -> float:
        """What one more kWh in the slot would cost, in the plan's currency."""
        price = self.tariffs.buy[index] if self.grid_w[index] >= -MARGIN_W else self.tariffs.sell[index]
        broken = self._per_kwh if self.headroom_w(index) <= MARGIN_W else 0.0
        broken -= self._per_kwh if self.over_export_w(index) > MARGIN_W else 0.0
        return price + broken + self._term_price(index)

    def jumps(self, index: int) -> bool:
        """Whether the next kWh costs more than the last: at a limit, a peak, a block, where the sun ends."""
        reached = self.headroom_w(index) <= MARGIN_W or self._term_price(index) > _NO_MONEY
        return reached or (
            abs(self.grid_w[index]) <= MARGIN_W and self.tariffs.buy[index] > self.tariffs.sell[index]
        )

    def _term_price(self, index: int) -> float:
        """What the terms add to one more kWh in the slot; nothing while the sun feeds it."""
        if self._meter.is_idle or self.grid_w[index] < -MARGIN_W:
            return 0.0
        return self._meter.added({index: 1.0 / self.tariffs.hours[index]})
