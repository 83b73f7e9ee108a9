"""Solves homes with EMHASS, in the Python that has it: homes come in as JSON and plans go out as JSON.

    <python with emhass> emhass_driver.py homes.json plans.json

The output is not used, for the peer's solver writes there. It imports nothing of ours. What is measured is
the whole call, as somebody who plans a day calls it: the object, the model, the solver and the table of
results, in CPU seconds of this process.
"""

import json
import logging
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd  # type: ignore[import-untyped]  # only the environment of the peer has it
from emhass.optimization import Optimization  # type: ignore[import-not-found]  # the same

_BUY, _SELL = "unit_load_cost", "unit_prod_price"


def _loads(home: dict[str, Any]) -> dict[str, Any]:
    """Cycles of one power are loads in one piece, others are sequences, the pump is a load in runs."""
    cycles, pump = home["cycles"], home["pump"]
    flat = [len(set(cycle["power_w"])) == 1 for cycle in cycles]
    count = len(cycles) + 1
    return {
        "number_of_deferrable_loads": count,
        "nominal_power_of_deferrable_loads": [
            *(
                cycle["power_w"][0] if one else cycle["power_w"]
                for cycle, one in zip(cycles, flat, strict=True)
            ),
            pump["power_w"],
        ],
        "minimum_power_of_deferrable_loads": [0.0] * count,
        "operating_hours_of_each_deferrable_load": [
            *(cycle["minutes"] / 60 for cycle in cycles),
            pump["steps"] * home["step_min"] / 60,
        ],
        "start_timesteps_of_each_deferrable_load": [*(cycle["first"] for cycle in cycles), 0],
        "end_timesteps_of_each_deferrable_load": [*(cycle["end"] for cycle in cycles), 0],
        "treat_deferrable_load_as_semi_cont": [*flat, True],
        "set_deferrable_load_single_constant": [*flat, False],
        "set_deferrable_startup_penalty": [0.0] * count,
        "set_deferrable_max_startups": [0] * count,
        "def_minimum_on_time": [0] * len(cycles) + [pump["least"]],
        "def_minimum_off_time": [0] * count,
        "deferrable_load_max_cost": [0.0] * count,
        "deferrable_load_groups": [],
        "def_load_config": [{} for _ in range(count)],
    }


def _plant(home: dict[str, Any]) -> dict[str, Any]:
    """The meter and the battery, whose powers the peer tells at the cells while it gives."""
    battery = home["battery"]
    capacity = battery["max_wh"] / 0.9
    return {
        "maximum_power_from_grid": home["limit_w"],
        "maximum_power_to_grid": 1e5,
        "inverter_is_hybrid": False,
        "compute_curtailment": False,
        "battery_discharge_power_max": battery["discharge_w"] / battery["giving"],
        "battery_charge_power_max": battery["charge_w"],
        "battery_discharge_efficiency": battery["giving"],
        "battery_charge_efficiency": battery["taking"],
        "battery_nominal_energy_capacity": capacity,
        "battery_minimum_state_of_charge": battery["min_wh"] / capacity,
        "battery_maximum_state_of_charge": battery["max_wh"] / capacity,
        "battery_target_state_of_charge": battery["end_wh"] / capacity,
        "battery_stress_cost": 0.0,
        "battery_stress_segments": 10,
    }


def _optimizer(home: dict[str, Any], solver: dict[str, Any]) -> Any:
    """The peer's object for the home."""
    retrieval = {
        "optimization_time_step": pd.Timedelta(minutes=home["step_min"]),
        "time_zone": "UTC",
        "sensor_power_photovoltaics": "pv",
        "sensor_power_load_no_var_loads": "load",
    }
    how = {
        **_loads(home),
        "set_use_battery": True,
        "set_use_pv": True,
        "set_total_pv_sell": False,
        "set_nocharge_from_grid": False,
        "set_nodischarge_to_grid": False,
        "set_battery_dynamic": False,
        "set_battery_first_priority": False,
        "weight_battery_discharge": 0.0,
        "weight_battery_charge": 0.0,
        "delta_forecast_daily": 1,
        "lp_solver": "Highs",
        "num_threads": 1,
        **solver,
    }
    quiet = logging.getLogger("emhass")
    quiet.setLevel(logging.CRITICAL)
    return Optimization(retrieval, how, _plant(home), _BUY, _SELL, "profit", {"root_path": Path()}, quiet)


def _table(home: dict[str, Any]) -> tuple[Any, Any, Any]:
    """What the peer is given: prices, sun and base load, by the time."""
    count = len(home["buy"])
    index = pd.date_range("2023-07-29 16:00", periods=count, freq=f"{home['step_min']}min", tz="UTC")
    prices = pd.DataFrame({_BUY: home["buy"], _SELL: home["sell"]}, index=index)
    return prices, pd.Series(home["pv_w"], index=index), pd.Series(home["base_w"], index=index)


def planned(home: dict[str, Any], solver: dict[str, Any]) -> dict[str, Any]:
    """The peer's plan of one home, its status, and what it took."""
    prices, sun, load = _table(home)
    capacity = home["battery"]["max_wh"] / 0.9
    begun, begun_cpu = time.perf_counter(), time.process_time()
    optimizer = _optimizer(home, solver)
    found = optimizer.perform_dayahead_forecast_optim(
        prices,
        sun,
        load,
        soc_init=home["battery"]["level_wh"] / capacity,
        soc_final=home["battery"]["end_wh"] / capacity,
    )
    cpu_s, wall_s = time.process_time() - begun_cpu, time.perf_counter() - begun
    powers = {}
    if "P_grid" in found:
        names = [*(cycle["name"] for cycle in home["cycles"]), home["pump"]["name"]]
        powers = {name: found[f"P_deferrable{k}"].tolist() for k, name in enumerate(names)}
        powers["battery"] = (-found["P_batt"]).tolist()
    return {"cpu_s": cpu_s, "wall_s": wall_s, "status": optimizer.optim_status, "power_w": powers}


def measured(home: dict[str, Any], solver: dict[str, Any], rounds: int) -> dict[str, Any]:
    """The peer's plan, and the medians of what it took; each round begins with nothing."""
    found = [planned(home, solver) for _ in range(rounds)]
    return {
        **found[-1],
        **{name: statistics.median(one[name] for one in found) for name in ("cpu_s", "wall_s")},
    }


def main() -> None:
    """Answer every home that was asked, after one that warms up."""
    questions, answers = (Path(name) for name in sys.argv[1:])
    asked = json.loads(questions.read_text(encoding="utf-8"))
    planned(asked["warm_up"], {})
    versions = {name: version(name) for name in ("emhass", "cvxpy", "highspy")}
    plans = [measured(**one) for one in asked["homes"]]
    answers.write_text(json.dumps({"versions": versions, "plans": plans}), encoding="utf-8")


if __name__ == "__main__":
    main()
