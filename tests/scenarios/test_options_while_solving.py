"""Options are answered from the last plan while the solver hangs, over the true API, a promise holds (A4)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from drrouter.adapters.client import DrClient
from drrouter.adapters.solver_child import SolverChild
from drrouter.app import App, Options, running
from drrouter.config import load_home
from drrouter.domain.ids import DeviceId
from drrouter.domain.option import OptionKind
from drrouter.domain.plan import Plan, SolveRung
from drrouter.router.facade import OptionsRequest
from drrouter.sim.home_process import free_port
from tests.adapters.runtime.planner_targets import hang
from tests.home_files import write_home

WASHER = DeviceId("washer_1")


@asynccontextmanager
async def home_with_a_hanging_solver(folder: Path, budget_s: float) -> AsyncIterator[tuple[App, DrClient]]:
    """The true router; whatever it asks its solver is never answered."""
    home = load_home(write_home(folder, free_port(), ("washer", "freezer"), budget_s))
    options = Options(solver=partial(SolverChild, target=hang))
    async with running(home, options) as app, DrClient(app.url, app.owner_token) as client:
        yield app, client


async def test_options_are_answered_while_a_solve_hangs(tmp_path: Path) -> None:
    async with home_with_a_hanging_solver(tmp_path, budget_s=300.0) as (_, client):
        options = await client.options(WASHER, OptionsRequest())
        assert {option.kind for option in options} >= {OptionKind.NOW, OptionKind.CHEAPEST}
        now = next(option for option in options if option.kind is OptionKind.NOW)
        cheapest = next(option for option in options if option.kind is OptionKind.CHEAPEST)
        assert cheapest.cost <= now.cost
        assert cheapest.reason


async def test_accepting_the_cheapest_fixes_it_and_the_next_plan_keeps_it(tmp_path: Path) -> None:
    async with home_with_a_hanging_solver(tmp_path, budget_s=0.5) as (app, client):
        later = app.router.clock.now() + timedelta(hours=2)
        options = await client.options(WASHER, OptionsRequest(earliest=later))
        cheapest = next(option for option in options if option.kind is OptionKind.CHEAPEST)
        promise = await client.accept(cheapest.token)
        assert promise.start == cheapest.start
        assert await client.accept(cheapest.token) == promise
        plan = await _next_plan(client)
        cycle = plan.cycle_of(WASHER)
        assert cycle is not None
        assert (cycle.start, cycle.fixed, plan.solve_rung) == (promise.start, True, SolveRung.GREEDY)
        assert app.router.book.commitments[WASHER] == promise


async def _next_plan(client: DrClient) -> Plan:
    """The first plan after this with a cycle in it."""
    async for change in client.changes():
        if isinstance(change.payload, Plan) and change.payload.cycles:
            return change.payload
    raise AssertionError("the stream ended")
