"""What a device with modes may do in each slot, what that costs, and which modes it can be in at all.

What it draws less than in its normal mode it makes up for later, and what it draws more it draws less by
then: a kWh is worth what one stored at the horizon is.

Shares tell how much of a slot it runs in which mode: the whole slot in one mode where it is planned exactly,
a mixture later, settled by a later plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from drrouter.domain.flexibility import ModesFlexibility
from drrouter.planner.modes_reach import Open, dominated, enters_of, open_of
from drrouter.planner.modes_rules import Past, Rule, held_slots, rules, stay_until
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.windows import tightest
from drrouter.planner.words import local_day

STRAIN_PRICE = 100.0
"""Per hour, or change, beyond what the device bears: only orders are worth that."""

_CRUMB = 1e-9

_OTHER_PRICE = 1e-3
"""Per hour in another mode than the normal one: settles ties only."""

Shares = tuple[tuple[float, ...], ...]
"""Per slot, how much of it is run in each mode."""


@dataclass(frozen=True, slots=True)
class ModesTask:
    """One device with modes.

    Attributes:
        power_kw: of each mode.
        allowed: per slot, which modes orders allow; at least one.
        open: which of these it can be in, with what it bears, where a better one does not do as well.
        enters: the modes and slots in which a mode can begin and last; only slots planned exactly are told.
        until: behind the shortest stay that begins in each slot.
        exact: the slots in which it runs in one mode alone.
        before: the mode just before now; None where nobody knows.
        usual: the mode of each slot when nobody steers.
        cost_per_h: of each mode, what an hour in it costs beside its energy, what it owes included.
        rules: of staying, changing and lasting.
        firm: whether the usual modes keep all of these: then every plan does.
    """

    device: DeviceInput
    flexibility: ModesFlexibility
    power_kw: tuple[float, ...]
    allowed: Open
    open: Open
    enters: frozenset[tuple[int, int]]
    until: tuple[int, ...]
    exact: tuple[bool, ...]
    before: int | None
    usual: tuple[int, ...]
    cost_per_h: tuple[float, ...]
    rules: tuple[Rule, ...]
    firm: bool

    @property
    def kept_kw(self) -> tuple[float, ...]:
        """The least that it draws in each slot."""
        return tuple(min(self._powers(slot)) for slot in self.open)

    @property
    def most_kw(self) -> tuple[float, ...]:
        """The most that it draws in each slot."""
        return tuple(max(self._powers(slot)) for slot in self.open)

    def _powers(self, slot: Sequence[bool]) -> list[float]:
        return [kilowatts for kilowatts, may in zip(self.power_kw, slot, strict=True) if may]

    @property
    def as_usual(self) -> Shares:
        """The shares when nobody steers."""
        return tuple(map(self.alone, self.usual))

    def alone(self, mode: int) -> tuple[float, ...]:
        """The shares of a slot in one mode."""
        return tuple(float(number == mode) for number in range(len(self.power_kw)))

    def power_w(self, shares: Shares) -> tuple[float, ...]:
        """The mean power of each slot, in W."""
        return tuple(
            1000 * sum(share * kw for share, kw in zip(slot, self.power_kw, strict=True)) for slot in shares
        )

    def as_before(self, shares: Shares) -> Shares:
        """What a plan before had, whole where that is asked now; empty where any of it is forbidden."""
        found: list[tuple[float, ...]] = []
        for slot, is_exact, allowed in zip(shares, self.exact, self.allowed, strict=False):
            if len(slot) != len(allowed):
                return ()
            mine = self.alone(slot.index(max(slot))) if is_exact else slot
            if any(share > 0 and not may for share, may in zip(mine, allowed, strict=True)):
                return ()
            found.append(mine)
        return tuple(found) if len(found) == len(self.exact) else ()

    def begins(self, shares: Shares, mode: int, index: int) -> float:
        """Whether the mode begins in the slot."""
        before = shares[index - 1] if index else self.alone(self.before if self.before is not None else mode)
        return max(0.0, shares[index][mode] - before[mode])

    def strain(self, shares: Shares) -> float:
        """By how much the rules are broken, in hours and changes."""
        return sum(
            max(
                0.0,
                sum(self.begins(shares, mode, index) for mode, index in rule.begins)
                + sum(weight * shares[index][mode] for mode, index, weight in rule.shares)
                - rule.right,
            )
            for rule in self.rules
        )

    def beside(self, shares: Shares, hours: Sequence[float]) -> float:
        """What the shares cost beside energy: what is owed, comfort, and what the device does not bear."""
        steady = sum(
            length * sum(share * cost for share, cost in zip(slot, self.cost_per_h, strict=True))
            for length, slot in zip(hours, shares, strict=True)
        )
        return steady + STRAIN_PRICE * self.strain(shares)


def modes_task(problem: Problem, device: DeviceInput, end_value: float) -> ModesTask | None:
    """The device in numbers, None for another kind."""
    flexibility = device.flexibility
    if not isinstance(flexibility, ModesFlexibility):
        return None
    value = end_value if device.end_value_per_wh is None else 1000 * device.end_value_per_wh
    near_until = problem.now + problem.effort.near
    exact = tuple(slot.start < near_until for slot in problem.slots)
    near, past = sum(exact), Past(problem, device, flexibility)
    allowed = _allowed(problem, device, flexibility)
    usual = _usual(past, near, allowed)
    costs = _costs_per_h(flexibility, value)
    until = tuple(stay_until(past, near, k) for k in range(near))
    plain = rules(past, near, tight=False)
    firm = not any(rule.excess(usual, past.mode) > _CRUMB for rule in plain)
    enters = frozenset(enters_of(past, near, allowed, until))
    better = dominated(flexibility, costs, past.mode)
    return ModesTask(
        device=device,
        flexibility=flexibility,
        power_kw=tuple(mode.power_w / 1000 for mode in flexibility.modes),
        allowed=allowed,
        open=open_of(past, near, allowed, enters, usual, better) if firm else allowed,
        enters=enters,
        until=until,
        exact=exact,
        before=past.mode,
        usual=usual,
        cost_per_h=costs,
        rules=rules(past, near, tight=True) if firm else plain,
        firm=firm,
    )


def _costs_per_h(flexibility: ModesFlexibility, value: float) -> tuple[float, ...]:
    normal_w = flexibility.modes[flexibility.normal].power_w
    return tuple(
        mode.cost_per_h
        - value * (mode.power_w - normal_w) / 1000
        + _OTHER_PRICE * (number != flexibility.normal)
        for number, mode in enumerate(flexibility.modes)
    )


def _allowed(problem: Problem, device: DeviceInput, flexibility: ModesFlexibility) -> Open:
    """What caps leave, and of that what floors ask for; the lowest, and then the highest, where nothing is.

    Interpretation: an order that touches a slot binds all of it, for the device runs in one mode in it.
    """
    powers, found = [mode.power_w for mode in flexibility.modes], list[tuple[bool, ...]]()
    for lowest_cap, strongest_floor in tightest(device, problem.slots):
        cap_w = max(lowest_cap, min(powers))
        floor_w = min(strongest_floor, max(power for power in powers if power <= cap_w))
        found.append(tuple(floor_w <= power <= cap_w for power in powers))
    return tuple(found)


def _usual(past: Past, near: int, allowed: Open) -> tuple[int, ...]:
    """The mode of each slot when nobody steers: the one of now while it must stay, then the normal one.

    It must stay for its shortest stay, and where it may change no more that day. Where orders forbid it, the
    allowed one with the nearest power.
    """
    modes, held, chosen = past.flexibility.modes, held_slots(past, near), list[int]()
    days = [local_day(past.problem, slot.start) for slot in past.problem.slots]
    stuck = [k < near and days[k] == days[0] and past.left_switches(days[0]) < 1 for k in range(len(days))]
    for k, may in enumerate(allowed):
        wanted = past.flexibility.normal if past.mode is None or not (k in held or stuck[k]) else past.mode
        possible = [mode for mode, is_allowed in enumerate(may) if is_allowed]
        chosen.append(
            wanted
            if may[wanted]
            else min(possible, key=lambda mode: abs(modes[mode].power_w - modes[wanted].power_w))
        )
    return tuple(chosen)
