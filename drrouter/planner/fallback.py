"""The greedy rung: a plan without a solver, in milliseconds, executable and better than doing as always.

Everything is placed once at its cheapest place in the home as it stands, then lifted out and placed again,
since what came later changed what is cheap. The result is compared with starting everything at once, and
the better of the two is the plan. Where a tariff prices peaks, ceilings for them are tried as well.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from operator import le

from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import Plan, SolveRung
from drrouter.planner.ceilings import blind, ceilings
from drrouter.planner.curtailing import held_back
from drrouter.planner.cycle_task import CycleTask
from drrouter.planner.demand_task import DemandTask
from drrouter.planner.explain import explained
from drrouter.planner.filling import Rank, cheapest_first, earliest_first, fill
from drrouter.planner.inverter_task import opened
from drrouter.planner.ledger import Entry, beyond_price, enter, move_price
from drrouter.planner.misses import left_price, may_wait
from drrouter.planner.mode_choice import choose
from drrouter.planner.modes_task import ModesTask, Shares
from drrouter.planner.problem import Problem
from drrouter.planner.relations import Others, clash
from drrouter.planner.schedule import Schedule, others_of
from drrouter.planner.site import Site
from drrouter.planner.start import Start
from drrouter.planner.storage_task import StorageTask
from drrouter.planner.tasks import Tasks, tasks_of
from drrouter.planner.trading import trade
from drrouter.planner.turns import Heirs, in_turn

_ROUNDS = 2
_EQUAL = 1e-9


def greedy(problem: Problem) -> Plan:
    """A plan of the greedy rung; callable alone, for when the solver is out of reach."""
    tasks = tasks_of(problem)
    return explained(problem, tasks, greedy_entry(problem, tasks), SolveRung.GREEDY)


def greedy_entry(problem: Problem, tasks: Tasks) -> Entry:
    """The schedule of the greedy rung, entered."""
    placed = min(_placed(problem, tasks), key=lambda entry: entry.objective)
    naive = start_now_entry(problem, tasks)
    return naive if naive.objective < placed.objective - _EQUAL else placed


def _placed(problem: Problem, tasks: Tasks) -> Iterator[Entry]:
    """Everything at its cheapest place; where peaks cost money, under a few ceilings for them."""
    yield enter(problem, tasks, Placing(problem, tasks).run(_ROUNDS))
    if tasks.tariffs.terms.peaks:
        free = enter(problem, tasks, Placing(problem, blind(tasks)).run(_ROUNDS))
        yield free
        if free.cost.peak_cost:
            for assumed in ceilings(tasks, free.site.grid_w):
                yield enter(problem, tasks, Placing(problem, assumed).run(_ROUNDS))


def held_entry(problem: Problem, tasks: Tasks) -> Entry:
    """The same with every cycle where the previous plan put it, as far as that is still possible.

    Only what is forbidden there now, or was not planned before, is placed anew: an order that came in makes
    no other cycle move.
    """
    return enter(problem, tasks, Placing(problem, tasks, held=True).run(1))


def start_now_entry(problem: Problem, tasks: Tasks) -> Entry:
    """Everything as soon as possible, as in a home that nobody steers; limits and bounds still hold."""
    return enter(problem, tasks, Placing(problem, tasks, at_once=True).run(1))


class Placing:
    """The home while devices are placed one after the other."""

    def __init__(self, problem: Problem, tasks: Tasks, *, at_once: bool = False, held: bool = False) -> None:
        self.problem, self.tasks, self.at_once, self.held = problem, tasks, at_once, held
        self.site = Site(problem, tasks.base_w, opened(problem, tasks.tariffs, tasks.inverters))
        self.starts: dict[DeviceId, Start | None] = dict.fromkeys(task.device.id for task in tasks.cycles)
        self.power_w: dict[DeviceId, tuple[float, ...]] = {}
        self.storages: Sequence[StorageTask] = tasks.storages
        for device_id, power_w in tasks.loads():
            self.site.add(device_id, power_w)
        for task in tasks.modulating:
            self.power_w[task.device.id] = tuple(1000 * floor for floor in task.kept_kw)
        self.modes: dict[DeviceId, Shares] = {}
        for device in tasks.modes:
            self.power_w[device.device.id] = tuple(1000 * least for least in device.kept_kw)

    def run(self, rounds: int) -> Schedule:
        """Safety first, then whole cycles, then what may be curtailed, then what fills up.

        Batteries give last, to the home as it then stands, and what may only use the sun takes what is left.
        Sun that costs more than it earns is then held back.
        """
        cycles = in_turn(self.problem, self.tasks.cycles)
        for _ in range(rounds):
            self._rest()
            self._fill_all(free=False)
            for task in cycles:
                self._place_cycle(task)
            for demand in self.tasks.demands:
                self._serve(demand)
            for device in self.tasks.modes:
                self._run(device)
            self._fill_all(free=True)
            self._give_all(sun_only=False)
            self._fill_all(free=True, sun_only=True)
            self._give_all(sun_only=True)
        return held_back(self.problem, self.tasks, Schedule(self.starts, self.power_w, self.modes))

    def _rest(self) -> None:
        """Take back what batteries give, and what charges on sun, before the home around them changes."""
        for task in self.tasks.storages:
            if task.giving is not None or task.sun_only:
                self._replace(task, tuple(1000 * floor for floor in task.kept_kw))

    def _fill_all(self, *, free: bool, sun_only: bool = False) -> None:
        rank: Rank = earliest_first if self.at_once else cheapest_first
        for task in self.storages:
            if task.free is free and task.sun_only is sun_only:
                with self._without(task):
                    power_w = self._filled(task, rank)
                self._replace(task, power_w)

    def _filled(self, task: StorageTask, rank: Rank) -> tuple[float, ...]:
        """What a storage takes, in W per slot, in the home without it."""
        return fill(self.problem, self.site, task, rank)

    def _give_all(self, *, sun_only: bool) -> None:
        """Let batteries give; a home that nobody steers keeps what it has."""
        for task in self.tasks.storages:
            if task.giving is not None and task.sun_only is sun_only and not self.at_once:
                with self._without(task):
                    power_w = self._traded(task)
                self._replace(task, power_w)

    def _traded(self, task: StorageTask) -> tuple[float, ...]:
        """The same once a battery gives where that pays."""
        return trade(self.problem, self.site, task, self.power_w[task.device.id])

    @contextmanager
    def _without(self, task: StorageTask) -> Iterator[None]:
        """The home while this storage's power is taken out of it."""
        self.site.add(task.device.id, self.power_w[task.device.id], sign=-1)
        yield
        self.site.add(task.device.id, self.power_w[task.device.id])

    def _replace(self, task: StorageTask, power_w: tuple[float, ...]) -> None:
        self.site.add(task.device.id, self.power_w[task.device.id], sign=-1)
        self.power_w[task.device.id] = power_w
        self.site.add(task.device.id, power_w)

    def _place_cycle(self, task: CycleTask) -> None:
        device_id = task.device.id
        if (before := self.starts[device_id]) is not None:
            self.site.add(device_id, before.power_w, before.first, sign=-1)
        self.starts[device_id] = None
        best = self._where(task)
        self.starts[device_id] = best
        if best is not None:
            self.site.add(device_id, best.power_w, best.first)

    def _where(self, task: CycleTask) -> Start | None:
        """Where it was planned, as soon as possible, or at its cheapest; None where no place is worth it."""
        others, planned = others_of(self.problem, task, self.starts), task.planned
        rooms_w = [max(0.0, room_w) + 1e-6 for room_w in self.site.rooms_w(task.device.id)]
        if self.held and planned is not None and self._fits(planned, others, rooms_w):
            return planned
        paused = (planned,) if planned is not None and task.previous is None else ()
        fitting = (start for start in (*task.starts, *paused) if self._fits(start, others, rooms_w))
        return next(fitting, None) if self.at_once else self._cheapest(task, list(fitting))

    def _cheapest(self, task: CycleTask, fitting: list[Start]) -> Start | None:
        """The cheapest start, what it leaves to those that follow included; None where none is worth it."""
        heirs = Heirs(self.problem, task, self.tasks.cycles, self._cost, self._cost_of_none)
        priced = [(self._cost(task, start) + heirs.after(start), start) for start in fitting]
        cost, best = min(priced, key=lambda item: item[0], default=(0.0, None))
        return None if cost > self._cost_of_none(task) + heirs.without() else best

    def _fits(self, start: Start, others: Others | None, rooms_w: Sequence[float]) -> bool:
        """Whether it may run there: below every limit, and beside what else is placed."""
        if others and clash(self.problem, start.start, start.end, others):
            return False
        return all(map(le, start.power_w, rooms_w[start.first :]))

    def _cost(self, task: CycleTask, start: Start) -> float:
        energy = self.site.added_cost_of(task.device.id, start.power_w, start.first)
        late = start.late_h * self.problem.prices.lateness_per_hour
        return energy + late + beyond_price(task, start, self.tasks) + move_price(task, start, self.tasks)

    def _cost_of_none(self, task: CycleTask) -> float:
        waits = may_wait(self.problem, task, others_of(self.problem, task, self.starts))
        none = 0.0 if waits else left_price(self.problem.prices, task)
        return none + beyond_price(task, None, self.tasks) + move_price(task, None, self.tasks)

    def _run(self, task: ModesTask) -> None:
        device_id = task.device.id
        self.site.add(device_id, self.power_w[device_id], sign=-1)
        self.modes[device_id] = self._chosen(task)
        self.power_w[device_id] = task.power_w(self.modes[device_id])
        self.site.add(device_id, self.power_w[device_id])

    def _chosen(self, task: ModesTask) -> Shares:
        """The modes that cost least; in a home that nobody steers the usual ones."""
        if self.at_once:
            return task.as_usual
        return choose(self.site, task, self.tasks.tariffs.hours)

    def _serve(self, task: DemandTask) -> None:
        """All that is expected, down to what the limits leave and to where it costs more than it is worth."""
        device_id = task.device.id
        self.site.add(device_id, self.power_w[device_id], sign=-1)
        served = []
        for index, (floor, most) in enumerate(zip(task.floor_kw, task.max_kw, strict=True)):
            room_kw = self.site.room_w(device_id, index) / 1000
            power_kw = min(most, max(floor, room_kw))
            price = self.site.added_cost(device_id, index, 1000 * power_kw)
            price -= self.site.added_cost(device_id, index, 1000 * floor)
            hours = self.tasks.tariffs.hours[index]
            worth = task.flexibility.curtail_price_per_kwh * hours * (power_kw - floor)
            served.append(1000 * (power_kw if price <= worth else floor))
        self.power_w[device_id] = tuple(served)
        self.site.add(device_id, self.power_w[device_id])
