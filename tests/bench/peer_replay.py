"""What a plan costs and whether a home can carry it out: one formula for every planner, and code of none.

A plan is what each device draws in each step, in W; a battery that gives draws less than nothing. ``replay``
runs it through the meter, the battery and the clockwork of the machines:

    net[k]   = base[k] - sun[k] + sum(device[k])
    money    = sum(h * (max(net, 0) * buy - max(-net, 0) * sell))
    level[k] = level[k-1] + h * (taking * max(battery, 0) - max(-battery, 0) / giving)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from tests.bench.peer_homes import Battery, Cycle, Home, Pump

WATT = 1.0
"""How far a power may be off: what solvers call equal, times a kilowatt."""

WATT_HOUR = 1.0
"""The same for levels at the end of a day."""


@dataclass(frozen=True)
class Outcome:
    """What a plan is worth.

    Attributes:
        money: the bill, in EUR; negative is earned.
        gross: what import alone costs, in EUR.
        faults: why the home cannot carry it out, in words; none where it can.
    """

    money: float
    gross: float
    faults: tuple[str, ...]


def replay(home: Home, power_w: dict[str, list[float]]) -> Outcome:
    """Run a plan through the home."""
    names = [*(cycle.name for cycle in home.cycles), home.pump.name, "battery"]
    if missing := [name for name in names if name not in power_w]:
        return Outcome(0.0, 0.0, (f"no plan for {', '.join(missing)}",))
    hours, money, gross = home.step_min / 60, 0.0, 0.0
    faults: list[str] = []
    for k, (buy, sell) in enumerate(zip(home.buy, home.sell, strict=True)):
        net = home.base_w[k] - home.pv_w[k] + sum(power_w[name][k] for name in names)
        gross += hours * max(net, 0.0) * buy / 1000
        money += hours * (max(net, 0.0) * buy - max(-net, 0.0) * sell) / 1000
        if net > home.limit_w + WATT:
            faults.append(f"the meter takes {net:.0f} W in step {k}")
    for cycle in home.cycles:
        faults += _faults_of_cycle(cycle, power_w[cycle.name])
    faults += _faults_of_pump(home.pump, power_w[home.pump.name])
    faults += _faults_of_battery(home.battery, power_w["battery"], hours)
    return Outcome(money, gross, tuple(faults))


def _faults_of_cycle(cycle: Cycle, power_w: Sequence[float]) -> list[str]:
    """It runs once, as it is, within its window."""
    starts = [k for k, watts in enumerate(power_w) if watts > WATT]
    first = starts[0] if starts else 0
    wanted = [0.0] * first + list(cycle.power_w)
    wanted += [0.0] * (len(power_w) - len(wanted))
    if len(wanted) > len(power_w) or any(abs(a - b) > WATT for a, b in zip(wanted, power_w, strict=True)):
        return [f"{cycle.name} does not run as one cycle"]
    if first < cycle.first or first + len(cycle.power_w) > cycle.end:
        return [f"{cycle.name} runs outside its window"]
    return []


def _faults_of_pump(pump: Pump, power_w: Sequence[float]) -> list[str]:
    """It is on or off, runs as long as wanted, and for its shortest time unless the horizon ends before."""
    if any(min(abs(watts), abs(watts - pump.power_w)) > WATT for watts in power_w):
        return [f"{pump.name} runs at a part of its power"]
    on = [watts > WATT for watts in power_w]
    faults = []
    if sum(on) < pump.steps:
        faults.append(f"{pump.name} runs {sum(on)} steps of {pump.steps}")
    runs = [(is_on, len(list(steps))) for is_on, steps in groupby(on)]
    if any(is_on and length < pump.least for (is_on, length), _ in pairwise(runs)):
        faults.append(f"{pump.name} runs for less than {pump.least} steps at a time")
    return faults


def _faults_of_battery(battery: Battery, power_w: Sequence[float], hours: float) -> list[str]:
    """Its powers and levels stay within their bounds, and it ends as full as wanted."""
    faults, level = [], battery.level_wh
    for k, watts in enumerate(power_w):
        level += hours * (battery.taking * max(watts, 0.0) - max(-watts, 0.0) / battery.giving)
        if not -battery.discharge_w - WATT <= watts <= battery.charge_w + WATT:
            faults.append(f"the battery draws {watts:.0f} W in step {k}")
        if not battery.min_wh - WATT_HOUR <= level <= battery.max_wh + WATT_HOUR:
            faults.append(f"the battery stands at {level:.0f} Wh after step {k}")
    if level < battery.end_wh - WATT_HOUR:
        faults.append(f"the battery ends at {level:.0f} Wh of {battery.end_wh:.0f}")
    return faults
