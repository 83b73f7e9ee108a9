"""What planning costs beside the solver alone: seeded homes of three sizes, each against its yardstick.

CPU seconds of one thread. Overhead is the model, its hand-over and reading the answer; the yardstick is
highspy putting the very same rows together and solving them (``direct_highs``).

BENCH_SEEDS=3 BENCH_DIR=build/bench .venv/bin/python -m pytest tests/bench/test_planner_sizes.py -s
"""

import os
import statistics
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from functools import partial
from time import process_time
from typing import Any

import pytest

from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.planner import Problem, grid_slots, plan, varied_slots, verify
from drrouter.planner.highs import HighsModel
from drrouter.planner.kept_door import Keeper
from drrouter.planner.kept_tasks import TaskKeeper
from drrouter.planner.model import build
from drrouter.planner.reading import read_schedule
from drrouter.planner.solve import base_cost
from drrouter.planner.tasks import Tasks, tasks_of
from tests.bench import direct_highs
from tests.bench.measuring import cpu_s, growth, write
from tests.bench.seeded_homes import seeded_home
from tests.unit.planner.homes import NOW

SEEDS = int(os.environ.get("BENCH_SEEDS", "10"))
GAPS = {3: 0.005, 8: 0.005, 40: 0.01}
ROUNDS = 3


def home_of(size: int, seed: int, *, flat: bool = False) -> Problem:
    """A seeded home; the largest on slots that grow with time."""
    slots = varied_slots(NOW, timedelta(hours=48)) if size > 8 else None
    return seeded_home(size, seed, flat=flat, slots=slots, gap=GAPS[size])


def later(home: Problem) -> Problem:
    """The question of a re-plan: new prices and loads in the same slots."""
    return replace(
        home,
        import_price=tuple(price + 0.01 for price in home.import_price),
        base_load_w=tuple(load + 20 for load in home.base_load_w),
    )


def of_ours(home: Problem, tasks: Tasks, keeper: Keeper) -> float:
    """CPU seconds of our own in a plan: the model, its hand-over, and reading the answer; solving is not."""
    scale = base_cost(tasks)
    begun = process_time()
    model = build(home, tasks, keeper)
    relaxed = HighsModel(model.door.numbers, relaxed=True, by=model.door.hand_over)
    spent = process_time() - begun
    relaxed.run()
    begun = process_time()
    relaxed.answer()
    spent += process_time() - begun
    solution = model.door.solve(home.effort, scale)
    begun = process_time()
    read_schedule(model, solution)
    return spent + process_time() - begun


def overhead(home: Problem) -> dict[str, float]:
    """What is ours, of a first plan and of a re-plan, as a multiple of what highspy takes for the same rows.

    Home and later home take turns, so that every re-plan has something new; so do we and the yardstick, each
    behind the same work.
    """
    reader, keeper = TaskKeeper(), Keeper()
    numbers = build(home, reader.tasks_of(home), keeper).door.numbers
    rows, first, again, direct = direct_highs.rows_of(numbers), list[float](), list[float](), list[float]()
    for asked in (later(home), home) * ROUNDS:
        tasks = reader.tasks_of(asked)
        again.append(of_ours(asked, tasks, keeper))
        direct.append(cpu_s(lambda: direct_highs.build(numbers, rows)))
        first.append(of_ours(asked, tasks, Keeper()))
    yardstick = statistics.median(direct)
    return {
        "direct_build_s": yardstick,
        "overhead_first": statistics.median(first) / yardstick,
        "overhead_again": statistics.median(again) / yardstick,
    }


def measured(home: Problem) -> dict[str, Any]:
    """One home: ours and the yardstick, in one run."""
    tasks = tasks_of(home)
    model = build(home, tasks)
    scale, gap = base_cost(tasks), home.effort.gap
    solution = model.door.solve(home.effort, scale)
    direct = direct_highs.solve(model.door.numbers, gap, max(1e-4, gap * scale))
    made = plan(home)
    assert verify(made, home) == ()
    bound = max(direct.bound, solution.bound or direct.bound)
    return {
        "columns_rows": model.door.size,
        "plan_s": cpu_s(lambda: plan(home), ROUNDS),
        "solve_s": cpu_s(lambda: model.door.solve(home.effort, scale), ROUNDS),
        "direct_s": direct.build_s + direct.solve_s,
        **overhead(home),
        "gap": (solution.objective - bound) / max(abs(bound), 1e-9),
        "dearer_than_direct": (solution.objective - direct.objective) / max(abs(direct.objective), 1e-9),
        "rung": made.solve_rung,
    }


def medians(homes: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians and the worst over the homes."""
    found: dict[str, Any] = {"homes": len(homes), "columns_rows": homes[0]["columns_rows"]}
    for key, value in homes[0].items():
        if isinstance(value, float):
            values = [home[key] for home in homes]
            found[key] = {"median": round(statistics.median(values), 5), "worst": round(max(values), 5)}
    found["plan_to_direct"] = round(statistics.median(h["plan_s"] / h["direct_s"] for h in homes), 4)
    found["rungs"] = sorted({home["rung"] for home in homes})
    return found


@pytest.mark.parametrize("size", [3, 8])
@pytest.mark.timeout(0)
def test_a_home_is_planned_to_its_gap_beside_the_solver_alone(size: int) -> None:
    found = medians([measured(home_of(size, seed)) for seed in range(SEEDS)])
    write(f"{size} devices, 24 h", found)
    assert found["overhead_first"]["median"] <= 15
    assert found["overhead_again"]["median"] <= 2
    assert found["gap"]["median"] <= GAPS[size]
    if size == 8:
        assert found["plan_to_direct"] <= 1


def large(home: Problem) -> dict[str, Any]:
    """A large home, ours alone: branch and bound would take minutes."""
    tasks = tasks_of(home)
    model, scale = build(home, tasks), base_cost(tasks)
    solution, made = model.door.solve(home.effort, scale), plan(home)
    assert verify(made, home) == ()
    return {
        "columns_rows": model.door.size,
        "plan_s": cpu_s(partial(plan, home)),
        "solve_s": cpu_s(partial(model.door.solve, home.effort, scale)),
        "gap": solution.gap,
        "rung": made.solve_rung,
    }


@pytest.mark.timeout(0)
def test_a_large_home_is_planned_in_less_than_the_root_of_the_fine_grid_takes() -> None:
    """40 devices over 48 h: our slots grow with time; the yardstick relaxes slots of five minutes."""
    homes = [large(home_of(40, seed)) for seed in range(SEEDS)]
    fine = seeded_home(40, 0, slots=grid_slots(NOW, timedelta(hours=48), timedelta(minutes=5)))
    numbers = build(fine, tasks_of(fine)).door.numbers
    root = direct_highs.solve(numbers, 0.01, 1e-4, relaxed=True)
    root_s = root.build_s + root.solve_s
    found = medians([{**home, "direct_s": root_s} for home in homes])
    found["root_columns"] = len(numbers.cost)
    write("40 devices, 48 h", found)
    assert found["gap"]["worst"] <= 0.01
    assert found["solve_s"]["median"] <= 0.5 * root_s


def safe_plan(home: Problem) -> dict[str, float]:
    """What the safe plan of a home under an order takes beside a full solve, and beside our whole plan."""
    before = plan(home)
    peak = max(range(len(home.slots)), key=before.grid_w.__getitem__)
    around, hour = home.slots[peak].start, timedelta(hours=1)
    order = Limit(Interval(around - hour, around + hour), before.grid_w[peak] / 2)
    ordered = replace(home, limits=(*home.limits, order), previous=before)
    in_haste = replace(ordered, effort=replace(home.effort, repair=True))
    safe, full, tasks = plan(in_haste), plan(ordered), tasks_of(ordered)
    assert verify(safe, in_haste) == ()
    assert safe.objective is not None
    assert full.objective is not None
    gap, scale = home.effort.gap, base_cost(tasks)
    solved = direct_highs.solve(build(ordered, tasks).door.numbers, gap, max(1e-4, gap * scale))
    safe_s = cpu_s(partial(plan, in_haste), ROUNDS)
    return {
        "safe_s": safe_s,
        "share_of_a_full_solve": safe_s / (solved.build_s + solved.solve_s),
        "share_of_our_plan": safe_s / cpu_s(partial(plan, ordered), ROUNDS),
        "dearer": (safe.objective - full.objective) / max(full.cost.import_cost, abs(full.objective)),
    }


@pytest.mark.timeout(0)
def test_after_an_event_a_safe_plan_costs_a_tenth_of_a_full_solve() -> None:
    """An order that bites: half of what the plan drew at its highest, for two hours around that.

    A full solve is highspy's, building and solving the very same rows; our own whole plan stands beside it.
    """
    rows = [safe_plan(home_of(8, seed)) for seed in range(SEEDS)]
    found = {
        key: {
            "median": round(statistics.median(row[key] for row in rows), 5),
            "worst": round(max(row[key] for row in rows), 5),
        }
        for key in rows[0]
    }
    write("safe plan after an event, 8 devices", found)
    assert found["share_of_a_full_solve"]["median"] <= 0.1
    assert found["dearer"]["worst"] <= 0.05


@pytest.mark.timeout(0)
def test_flat_tariffs_take_no_more_than_twice_the_time_of_dynamic_ones() -> None:
    flat = [cpu_s(partial(plan, home_of(8, seed, flat=True))) for seed in range(SEEDS)]
    dynamic = [cpu_s(partial(plan, home_of(8, seed))) for seed in range(SEEDS)]
    found = {"flat_s": statistics.median(flat), "dynamic_s": statistics.median(dynamic)}
    write("flat against dynamic, 8 devices", found)
    assert found["flat_s"] <= 2 * found["dynamic_s"]


@pytest.mark.timeout(0)
def test_time_grows_with_devices_by_a_stated_exponent() -> None:
    sizes, slots = (5, 10, 20, 40), grid_slots(NOW, timedelta(hours=24))
    homes = [seeded_home(size, 0, slots=slots, gap=0.01) for size in sizes]
    seconds = [cpu_s(partial(plan, home)) for home in homes]
    write("growth, 24 h", {"devices": sizes, "plan_s": seconds, "exponent": round(growth(sizes, seconds), 2)})


@pytest.mark.parametrize("size", [3, 8, 40])
@pytest.mark.timeout(0)
def test_peak_memory_is_measured_in_a_process_of_its_own(size: int) -> None:
    code = (
        "from pathlib import Path; from drrouter.planner import plan;"
        "from tests.bench.test_planner_sizes import home_of;"
        f"plan(home_of({size}, 0)); print(Path('/proc/self/status').read_text())"
    )  # what getrusage says of a child begins with what its parent had
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    write(f"peak memory, {size} devices", {"MB": int(run.stdout.split("VmHWM:")[1].split()[0]) // 1024})
