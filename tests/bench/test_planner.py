"""How much CPU a plan costs, rung by rung, and how fast options are priced; writes planner.json.

Times are CPU seconds of one thread, medians of a few rounds, so that a busy machine changes little.

BENCH_DIR=build/bench .venv/bin/python -m pytest tests/bench/test_planner.py -s
"""

import platform
import statistics
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from time import process_time
from typing import Any

import pulp
import pytest

from drrouter.domain.ids import DeviceId
from drrouter.planner import DeviceInput, Problem, greedy, plan, price_options, verify
from drrouter.planner.model import build
from drrouter.planner.tasks import tasks_of
from tests.bench.measuring import write
from tests.unit.planner.homes import (
    COTTON,
    DISHWASHER,
    ECO,
    WASHER,
    at,
    car,
    demo_home,
    freezer,
    hvac,
    limit,
    machine,
    problem,
)

DEMO_LIMIT_S = 2.0
OPTIONS_LIMIT_S = 0.1
ROUNDS = 5


def eight_devices() -> Problem:
    """Freezer, refrigerator, washer, dryer, dishwasher, two cars and air conditioning, with an event."""
    colder = replace(freezer(level=-20.0), id=DeviceId("refrigerator"))
    second = car(level=5_000.0, wished=20_000.0, by=at(7, 30))
    second = replace(
        second, id=DeviceId("van"), wishes=(replace(second.wishes[0], device_id=DeviceId("van")),)
    )
    dryer = machine(DeviceId("dryer"), COTTON, ready_by=at(16, 30))
    devices = (
        freezer(),
        colder,
        machine(),
        dryer,
        machine(DISHWASHER, ECO, ready_by=at(5, 30)),
        car(),
        second,
        hvac(),
    )
    return problem(*devices, limits=(limit(6000.0), limit(3000.0, at(17), at(19))))


def crowd(count: int) -> Problem:
    """A house of flats: so many devices of every kind."""
    kinds = (machine(), freezer(), hvac(), car())
    devices = tuple(_renamed(kinds[number % 4], number) for number in range(count))
    return problem(*devices, limits=(limit(1000.0 * count),), effort=replace(demo_home().effort, gap=0.01))


def _renamed(device: DeviceInput, number: int) -> DeviceInput:
    name = DeviceId(f"d{number}")
    wishes = tuple(replace(wish, device_id=name) for wish in device.wishes)
    return replace(device, id=name, wishes=wishes)


def cpu(work: Callable[[], object], rounds: int = ROUNDS) -> dict[str, float]:
    """Median and worst CPU seconds."""
    spent = []
    for _ in range(rounds):
        before = process_time()
        work()
        spent.append(process_time() - before)
    return {"median_s": round(statistics.median(spent), 4), "worst_s": round(max(spent), 4)}


@pytest.fixture(scope="module")
def report() -> Any:
    found: dict[str, Any] = {"python": platform.python_version(), "pulp": pulp.__version__}
    yield found
    for name, value in found.items():
        write(name, value)


@pytest.mark.parametrize(
    ("name", "home"), [("demo home, 5 devices", demo_home()), ("home, 8 devices", eight_devices())]
)
def test_a_home_is_planned_well_within_two_cpu_seconds(
    report: dict[str, Any], name: str, home: Problem
) -> None:
    made, by_hand = plan(home), greedy(home)
    assert verify(made, home) == ()
    door = build(home, tasks_of(home)).door
    report[name] = {
        "plan": cpu(lambda: plan(home)),
        "greedy": cpu(lambda: greedy(home)),
        "build": cpu(lambda: build(home, tasks_of(home))),
        "columns_rows": door.size,
        "rung": made.solve_rung,
        "objective": made.objective,
        "greedy_objective": by_hand.objective,
        "gap": made.gap,
    }
    print(name, report[name])
    assert report[name]["plan"]["median_s"] < DEMO_LIMIT_S


@pytest.mark.parametrize("count", [20, 50])
@pytest.mark.timeout(600)
def test_larger_houses_are_measured(report: dict[str, Any], count: int) -> None:
    home = crowd(count)
    made = plan(home)
    assert verify(made, home) == ()
    report[f"{count} devices"] = {
        "plan": cpu(lambda: plan(home), 1),
        "greedy": cpu(lambda: greedy(home), 3),
        "rung": made.solve_rung,
        "gap": made.gap,
    }
    print(count, report[f"{count} devices"])


def test_options_take_a_tenth_of_a_second_with_a_hundred_devices(report: dict[str, Any]) -> None:
    home = replace(crowd(100), limits=(limit(60_000.0), limit(20_000.0, members=tuple(_names(50)))))
    made, now = greedy(home), home.now + timedelta(minutes=7)
    times = [
        cpu(partial(price_options, made, home, device_id, COTTON, now, at(15, 30), now), 1)["worst_s"]
        for device_id in [WASHER, *_names(99)]
    ]
    report["options, 100 devices"] = {"p50_s": statistics.median(times), "p99_s": sorted(times)[98]}
    print(report["options, 100 devices"])
    assert report["options, 100 devices"]["p99_s"] < OPTIONS_LIMIT_S


def _names(count: int) -> list[DeviceId]:
    return [DeviceId(f"d{number}") for number in range(count)]
