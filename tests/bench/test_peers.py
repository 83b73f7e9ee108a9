"""Our planner beside EMHASS on the same homes: CPU seconds of one thread, and one formula for both bills.

Whole call against whole call: ``plan(problem)`` with its greedy rung, checks and words, and EMHASS's object,
model, solver and table. Both are asked for the same distance from their bound, in EUR; ``replay`` prices
what they answer and says what cannot be carried out. EMHASS lives in an environment of its own, whose Python
PEERS_PYTHON names. Writes peers.json.

make bench-peers
"""

import json
import os
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import pytest

from drrouter.domain.plan import Plan
from drrouter.planner import plan, verify
from drrouter.planner.solve import base_cost
from drrouter.planner.tasks import tasks_of
from tests.bench.measuring import write
from tests.bench.peer_homes import Home, peer_home, powers_of, problem_of
from tests.bench.peer_replay import Outcome, replay

SEEDS = int(os.environ.get("BENCH_SEEDS", "5"))
PYTHON = Path(os.environ.get("PEERS_PYTHON", "build/peers-venv/bin/python"))
DRIVER = Path(__file__).parent / "emhass_driver.py"

FASTER = {30: 15, 15: 15, 5: 5}
"""How many times less CPU we want, by the length of a step in minutes."""

ROUNDS = {30: 3, 15: 3, 5: 1}
DEARER = 0.001
"""How much dearer we may be, as a share of what the dearer plan imports."""

GAP = float(os.environ.get("PEERS_GAP", DEARER))
"""How far from the best both may end, as a share of what the home imports."""

GAP_LEAST = 1e-4
"""Our planner asks for no less, in EUR."""

SHIPPED = {"ours": 0.005, "peer": 0.01}
"""The gaps that both come with: ours is one of what the base load costs, EMHASS's one of the bill."""

TIMEOUT_S = 45
"""EMHASS's own limit."""


@dataclass(frozen=True)
class Answer:
    """Our plan of a home, and what it took."""

    plan: Plan
    cpu_s: float


def _missing() -> str:
    """Why the peer cannot be asked; empty where it can."""
    if not PYTHON.exists():
        return f"EMHASS is missing: there is no {PYTHON}; `make bench-peers` installs it from a package index"
    asked = subprocess.run([PYTHON, "-c", "import emhass.optimization"], capture_output=True, text=True)
    said = asked.stderr.strip().splitlines()
    return (
        f"{PYTHON} cannot import EMHASS: {said[-1] if said else 'no reason given'}"
        if asked.returncode
        else ""
    )


@pytest.fixture(scope="module", autouse=True)
def _peer() -> None:
    if missing := _missing():
        pytest.skip(missing)


def ours(home: Home, gap: float) -> Answer:
    """Plan the home, some times over."""
    problem, spent = problem_of(home, gap), []
    for _ in range(ROUNDS[home.step_min]):
        begun = process_time()
        made = plan(problem)
        spent.append(process_time() - begun)
    assert verify(made, problem) == ()
    return Answer(made, statistics.median(spent))


def equal_gaps(home: Home, share: float) -> tuple[float, float]:
    """The gaps that let both end as many EUR from the best: ours and the peer's.

    Ours is one of the base load's cost or of the bill, whichever is more, EMHASS's one of the bill.
    """
    problem = problem_of(home, SHIPPED["ours"])
    cost = plan(problem).cost
    allowed, bill = max(GAP_LEAST, share * cost.import_cost), abs(cost.money)
    return allowed / max(base_cost(tasks_of(problem)), bill), allowed / max(bill, GAP_LEAST)


def theirs(homes: Sequence[Home], gaps: Sequence[float]) -> dict[str, Any]:
    """What EMHASS makes of the homes, in a process of its own with one thread."""
    asked = [
        {
            "home": asdict(home),
            "solver": {"lp_solver_timeout": TIMEOUT_S, "lp_solver_mip_rel_gap": min(1.0, gap)},
            "rounds": ROUNDS[home.step_min],
        }
        for home, gap in zip(homes, gaps, strict=True)
    ]
    one_thread = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    env = {**{k: v for k, v in os.environ.items() if k != "PYTHONPATH"}, **one_thread}
    with TemporaryDirectory() as folder:
        questions, answers = Path(folder) / "homes.json", Path(folder) / "plans.json"
        questions.write_text(json.dumps({"warm_up": asdict(peer_home(99, 30)), "homes": asked}))
        command: list[str | Path] = [PYTHON, "-W", "ignore", DRIVER, questions, answers]
        subprocess.run(command, env=env, check=True, capture_output=True)
        found: dict[str, Any] = json.loads(answers.read_text())
    return found


def compared(home: Home, mine: Answer, peer: dict[str, Any]) -> dict[str, Any]:
    """Both plans of one home, through one replay."""
    priced, other = replay(home, powers_of(mine.plan)), replay(home, peer["power_w"])
    made = mine.plan
    return {
        "seed": home.seed,
        "ours": {"cpu_s": mine.cpu_s, "rung": made.solve_rung, "gap": made.gap, **_told(priced)},
        "peer": {"cpu_s": peer["cpu_s"], "wall_s": peer["wall_s"], "status": peer["status"], **_told(other)},
        "faster": peer["cpu_s"] / mine.cpu_s,
        "dearer": None if other.faults else (priced.money - other.money) / max(priced.gross, other.gross),
    }


def _told(outcome: Outcome) -> dict[str, Any]:
    return {"money": outcome.money, "import_cost": outcome.gross, "faults": outcome.faults[:3]}


def summary(rows: list[dict[str, Any]], versions: dict[str, str]) -> dict[str, Any]:
    """Medians, the worst, and what cannot be carried out."""
    cpu = {who: statistics.median(row[who]["cpu_s"] for row in rows) for who in ("ours", "peer")}
    return {
        "homes": len(rows),
        "cpu_s": cpu,
        "faster": cpu["peer"] / cpu["ours"],
        "faster_each": [round(row["faster"], 1) for row in rows],
        "dearer_most": max((row["dearer"] for row in rows if row["dearer"] is not None), default=None),
        "cannot_be_carried_out": {who: sum(bool(row[who]["faults"]) for row in rows) for who in cpu},
        "peer": versions,
        "rows": rows,
    }


def measured(homes: Sequence[Home], gaps: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """Both on the same homes, each home with our gap and the peer's."""
    plan(problem_of(peer_home(99, 30), DEARER))  # the first call pays for imports, here as there
    mine = [ours(home, gap) for home, (gap, _) in zip(homes, gaps, strict=True)]
    found = theirs(homes, [gap for _, gap in gaps])
    rows = [compared(*each) for each in zip(homes, mine, found["plans"], strict=True)]
    return summary(rows, found["versions"])


@cache
def of_step(step_min: int) -> dict[str, Any]:
    """The comparison at that step, made once and written down."""
    homes = [peer_home(seed, step_min) for seed in range(SEEDS)]
    found = measured(homes, [equal_gaps(home, GAP) for home in homes])
    write(f"{step_min} min, gap {GAP:.2%} of import", found, "peers.json")
    return found


by_step = pytest.mark.parametrize("step_min", list(FASTER))


@by_step
@pytest.mark.timeout(0)
def test_every_plan_of_ours_can_be_carried_out(step_min: int) -> None:
    assert [row["ours"]["faults"] for row in of_step(step_min)["rows"] if row["ours"]["faults"]] == []


@by_step
@pytest.mark.timeout(0)
def test_we_are_never_dearer_than_the_peer(step_min: int) -> None:
    dearer = {row["seed"]: row["dearer"] for row in of_step(step_min)["rows"] if row["dearer"] is not None}
    assert {seed: share for seed, share in dearer.items() if share > DEARER} == {}


@by_step
@pytest.mark.timeout(0)
def test_we_need_a_fraction_of_the_peers_cpu(step_min: int) -> None:
    assert of_step(step_min)["faster"] >= FASTER[step_min]


@by_step
@pytest.mark.timeout(0)
def test_both_are_measured_with_the_gaps_that_they_come_with(step_min: int) -> None:
    homes = [peer_home(seed, step_min) for seed in range(SEEDS)]
    found = measured(homes, [(SHIPPED["ours"], SHIPPED["peer"])] * len(homes))
    write(f"{step_min} min, gaps as they come", found, "peers.json")
    assert found["cannot_be_carried_out"]["ours"] == 0


@pytest.mark.parametrize("step_min", [30, 15])
@pytest.mark.timeout(0)
def test_a_cycle_that_fits_no_step_is_planned_by_us_and_counted_for_the_peer(step_min: int) -> None:
    """A dishwasher of 100 minutes, as machines take them; nobody rounds it up beforehand."""
    homes = [peer_home(seed, step_min, shorter_min=20) for seed in range(SEEDS)]
    for home in homes:
        problem = problem_of(home, SHIPPED["ours"])
        made = plan(problem)
        assert verify(made, problem) == ()
        assert made.misses == ()
    answers = theirs(homes, [SHIPPED["peer"]] * len(homes))["plans"]
    faults = [replay(home, answer["power_w"]).faults for home, answer in zip(homes, answers, strict=True)]
    found = {
        "homes": len(homes),
        "peer_cannot_be_carried_out": sum(bool(some) for some in faults),
        "peer_status": sorted({answer["status"] for answer in answers}),
        "why": sorted({some[0] for some in faults if some}),
    }
    write(f"{step_min} min, a cycle of 100 min", found, "peers.json")
