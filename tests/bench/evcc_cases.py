"""Home planning requests of a peer (evcc's optimizer) as problems of ours, and one replay for both answers.

The requests tell energies in Wh per slot, powers in W and prices per Wh. A battery charges from the grid, or
gives to it, only where the request says so. ``replay`` knows the physics and the money, and neither planner.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from drrouter.domain.flexibility import Discharge, StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.domain.plan import Plan
from drrouter.domain.wish import LevelWish
from drrouter.planner import DeviceInput, Effort, Problem
from drrouter.planner.problem import Prices
from tests.unit.planner.homes import NOW

CASES = Path(__file__).parents[3] / "shared" / "data" / "optimizer_cases_evcc"

_DEAR = 20.0
"""A miss costs this many times the dearest kWh."""


@dataclass(frozen=True)
class Case:
    """One request with the peer's answer."""

    name: str
    request: dict[str, Any]
    response: dict[str, Any]

    @property
    def batteries(self) -> list[tuple[int, dict[str, Any]]]:
        """Those that can hold anything."""
        return [(n, one) for n, one in enumerate(self.request["batteries"]) if one["s_max"] > one["s_min"]]

    def series(self, name: str) -> list[float]:
        """One value per slot."""
        return list(self.request["time_series"][name])

    @property
    def hours(self) -> list[float]:
        """The length of each slot."""
        return [seconds / 3600 for seconds in self.series("dt")]


def cases(folder: Path = CASES) -> list[Case]:
    """All cases of a folder; none where it is missing."""
    found = []
    for path in sorted(folder.glob("*.json")):
        text = json.loads(path.read_text(encoding="utf-8"))
        found.append(Case(path.stem, text["request"], text["expected_response"]))
    return found


def problem_of(case: Case) -> Problem:
    """The request as a problem, in EUR and kWh; every slot planned exactly."""
    slots: list[Interval] = []
    for hours in case.hours:
        start = slots[-1].end if slots else NOW
        slots.append(Interval(start, start + timedelta(hours=hours)))
    whole, grid = Interval(NOW, slots[-1].end), case.request.get("grid", {})
    buy = tuple(1000 * price for price in case.series("p_N"))
    dear = _DEAR * max(buy)
    return Problem(
        now=NOW,
        slots=tuple(slots),
        import_price=buy,
        export_price=tuple(1000 * price for price in case.series("p_E")),
        base_load_w=_powers(case, "gt"),
        pv_w=_powers(case, "ft"),
        devices=tuple(_device(case, number, battery, slots) for number, battery in case.batteries),
        limits=(Limit(whole, grid["p_max_imp"]),) if "p_max_imp" in grid else (),
        export_limits=(Limit(whole, grid["p_max_exp"]),) if "p_max_exp" in grid else (),
        prices=Prices(limit_per_kwh=5 * dear, level_per_kwh=dear, comfort_per_unit_hour=dear),
        effort=Effort(nodes=5000, gap=1e-5, near=whole.duration),
    )


def _powers(case: Case, name: str) -> tuple[float, ...]:
    return tuple(energy / hours for energy, hours in zip(case.series(name), case.hours, strict=True))


def _device(case: Case, number: int, battery: dict[str, Any], slots: list[Interval]) -> DeviceInput:
    taking, giving = case.request["eta_c"], case.request["eta_d"]
    device_id = DeviceId(f"battery {number}")
    back = None
    if battery["d_max"] > 0:
        may_export = bool(battery.get("discharge_to_grid"))
        back = Discharge(battery["d_max"], 1 / giving, may_export=may_export)
    storage = StorageFlexibility(
        unit="Wh",
        level_min=battery["s_min"],
        level_max=battery["s_max"],
        level_target=battery["s_max"],
        level_per_wh=taking,
        drift_per_h=0.0,
        max_power_w=battery["c_max"],
        min_power_w=battery["c_min"],
        discharge=back,
    )
    goals = zip(slots, battery.get("s_goal", []), strict=False)
    return DeviceInput(
        device_id,
        device_id.title(),
        storage,
        level=battery["s_initial"],
        wishes=tuple(LevelWish(device_id, goal, slot.end) for slot, goal in goals if goal > 0),
        end_value_per_wh=battery["p_a"] * taking,
        may_discharge=True,
        sun_only=not battery.get("charge_from_grid"),
    )


Flows = dict[int, list[tuple[float, float]]]
"""Per battery and slot: what it takes and what it gives, in Wh."""


def flows_of(case: Case, plan: Plan) -> Flows:
    """Our answer as energies."""
    return {
        number: [
            (max(0.0, watts) * hours, max(0.0, -watts) * hours)
            for watts, hours in zip(plan.power_w[DeviceId(f"battery {number}")], case.hours, strict=True)
        ]
        for number, _ in case.batteries
    }


def flows_of_peer(case: Case) -> Flows:
    """The peer's answer as energies."""
    told = case.response["batteries"]
    return {
        number: list(zip(told[number]["charging_power"], told[number]["discharging_power"], strict=True))
        for number, _ in case.batteries
    }


@dataclass(frozen=True)
class Outcome:
    """What an answer is worth, and what it misses.

    Attributes:
        money: the bill less what is stored at the end, in EUR; lower is better.
        over_wh: energy above the limits of import and export.
        short_wh: what wished levels lack.
        outside_wh_h: how far and how long levels are outside their bounds, one that began there included.
    """

    money: float
    over_wh: float
    short_wh: float
    outside_wh_h: float


def replay(case: Case, flows: Flows) -> Outcome:
    """Run the flows through the batteries and the meter."""
    money = over = short = outside = 0.0
    for number, battery in case.batteries:
        level = battery["s_initial"]
        goals = battery.get("s_goal", [0.0] * len(case.hours))
        for (taken, given), goal, hours in zip(flows[number], goals, case.hours, strict=True):
            level += taken * case.request["eta_c"] - given / case.request["eta_d"]
            outside += hours * max(0.0, battery["s_min"] - level, level - battery["s_max"])
            short += max(0.0, goal - level)
        money -= level * battery["p_a"]
    grid, rows = case.request.get("grid", {}), zip(case.series("gt"), case.series("ft"), strict=True)
    for k, (load, sun) in enumerate(rows):
        net = load - sun + sum(taken - given for taken, given in (flow[k] for flow in flows.values()))
        money += max(net, 0.0) * case.series("p_N")[k] - max(-net, 0.0) * case.series("p_E")[k]
        over += max(0.0, net - grid.get("p_max_imp", float("inf")) * case.hours[k])
        over += max(0.0, -net - grid.get("p_max_exp", float("inf")) * case.hours[k])
    return Outcome(money, over, short, outside)
