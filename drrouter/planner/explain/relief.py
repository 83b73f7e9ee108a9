"""Tries what a storage would save if a wish, a limit or a plug were more generous: a filling by hand each.

Every trial lifts one thing and leaves the rest of the home as planned. What the storage holds at the horizon
counts at its worth, so that a trial does not save by leaving it empty.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.interval import Interval
from drrouter.domain.wish import LevelWish
from drrouter.planner.catalogue import reason
from drrouter.planner.explain.peaks import lifted
from drrouter.planner.explain.scene import WORTH_SAYING, Scene
from drrouter.planner.explain.telling import UNBOUND, Bind
from drrouter.planner.filling import fill
from drrouter.planner.site import Site
from drrouter.planner.storage_task import SLACK_KWH, Goal, StorageTask, storage_task
from drrouter.planner.trips import always_here

_LONGER_H = (1, 2, 4, 8)
"""By how many hours a wish is put off to see what that would save."""

_RAISED_W = (500.0, 1000.0, 2000.0, 4000.0)
"""By how much limits are raised to see what that would save."""


class Relief:
    """One storage, lifted out of the home as planned."""

    def __init__(
        self, scene: Scene, task: StorageTask, site: Site, power_w: tuple[float, ...], cost: float
    ) -> None:
        """Stand beside the storage; ``site`` is the home without it."""
        self.scene, self.task, self.site, self.power_w = scene, task, site, power_w
        self.rooms_w = site.rooms_w(task.device.id)
        self.stored = task.stored(power_w)
        self.cost = cost
        self.worth = cost - task.end_value * self.stored[-1]

    def bind(self) -> Bind:
        """The wish, absence, limit or peak that keeps it from being cheaper; the first that would save."""
        trials: tuple[Callable[[], Bind], ...] = (self._later, self._sooner, self._more_room, self._no_peak)
        return next((bind for trial in trials if (bind := trial()).binding), UNBOUND)

    def best(self) -> float:
        """What the same energy would cost within nothing but the storage's own bounds and power.

        Interpretation: caps, floors, limits, wishes and absences are lifted; the level at the horizon is
        kept. Infinite where that level cannot be had so, or only at more than a missed level costs. Where
        there is nothing to lift, the plan is the best.
        """
        bare = always_here(self.scene.problem, self.task.device)
        bare = replace(bare, caps=(), floors=(), wishes=())
        if bare == self.task.device and not self.scene.tasks.tariffs.terms and not self._is_limited():
            return self.cost
        task = storage_task(self.scene.problem, bare, 0.0)
        if task is None or not isinstance(bare.flexibility, StorageFlexibility):
            return float("inf")
        last, end = len(task.low) - 1, self.scene.problem.horizon.end
        wish = LevelWish(bare.id, bare.flexibility.level_target, end)
        goal = Goal(wish, last, 1.0, self.stored[-1] - 2 * SLACK_KWH)
        task = replace(task, goals=(goal,), end_value=float("-inf"))
        power_w = fill(self.scene.problem, self.scene.unlimited(), task)
        stored = task.stored(power_w)[-1]
        if stored < self.stored[-1] - 10 * SLACK_KWH:
            return float("inf")
        return self.scene.bill.added(self.site.grid_w, power_w)

    def _is_limited(self) -> bool:
        """Whether a limit leaves it less than full power anywhere."""
        return any(room_w < 1000 * most for room_w, most in zip(self.rooms_w, self.task.open_kw, strict=True))

    def _later(self) -> Bind:
        """A later departure."""
        for hours, later in self._put_off():
            saving = self.worth - self._worth(later, self.site)
            if saving > WORTH_SAYING:
                by = self.task.goals[-1].wish.by + self.task.device.reserve
                until = by + timedelta(hours=hours)
                change = reason("storage.allow_until", until=until, saving=saving)
                return Bind(reason("storage.wished_by", by=by), change, saving)
        return UNBOUND

    def _sooner(self) -> Bind:
        """An earlier arrival, where none of its power comes in steps that limits might not leave."""
        device, problem = self.task.device, self.scene.problem
        here = device.available
        if here is None or here.start <= problem.now or (any(self.task.on_kw) and self.site.rows):
            return UNBOUND
        present = replace(device, available=Interval(problem.now, here.end))
        sooner = storage_task(problem, present, self.task.end_value)
        if sooner is None:
            return UNBOUND
        saving = self.worth - self._worth(sooner, self.site)
        if saving <= WORTH_SAYING:
            return UNBOUND
        change = reason("storage.plug_in", since=problem.now, saving=saving)
        return Bind(reason("storage.absent", since=here.start), change, saving)

    def _more_room(self) -> Bind:
        """No limits, and how little more would bring a part of that."""
        if not self._is_limited():
            return UNBOUND
        saving = self.worth - self._worth(self.task, self.scene.unlimited())
        if saving <= WORTH_SAYING:
            return UNBOUND
        for more_w in _RAISED_W:
            part = self.worth - self._worth(self.task, self.scene.raised(self.task.device.id, more_w))
            if part > WORTH_SAYING:
                change = reason("storage.raise_limits", saving=saving, more_w=more_w, part=min(part, saving))
                return Bind(reason("storage.limits"), change, saving)
        return Bind(reason("storage.limits"), reason("storage.without_limits", saving=saving), saving)

    def _no_peak(self) -> Bind:
        """No price of peaks: cheaper hours that only such a price keeps it from."""
        scene, site = self.scene, self.site
        if not scene.tasks.tariffs.terms.peaks:
            return UNBOUND
        instead = fill(scene.problem, scene.termless(self.task.device.id), self.task)
        more = self.task.stored(instead)[-1] - self.stored[-1]
        saving = scene.bill.added_energy(site.grid_w, self.power_w)
        saving -= scene.bill.added_energy(site.grid_w, instead) - self.task.end_value * more
        peak = lifted(scene, site, instead) if saving > WORTH_SAYING else None
        return Bind(peak, reason("storage.without_peak", saving=saving), saving) if peak else UNBOUND

    def _put_off(self) -> Iterator[tuple[int, StorageTask]]:
        """The task with its wishes put off, as long as they stay in the plan; each time other hours count."""
        slots, tried = self.scene.problem.slots, list[tuple[int, float]]()
        for hours in _LONGER_H:
            moved: list[Goal] = []
            for goal in self.task.goals:
                by = goal.wish.by + timedelta(hours=hours)
                index = next((k for k, slot in enumerate(slots) if by <= slot.end), None)
                if index is None:
                    return
                part = (by - slots[index].start) / slots[index].duration
                share = self.task.dynamics.share(index, part)
                moved.append(replace(goal, index=index, share=share))
            chances = [self._chances(goal) for goal in moved]
            if chances != tried:
                yield hours, replace(self.task, goals=tuple(moved))
            tried = chances

    def _chances(self, goal: Goal) -> tuple[int, float]:
        """In how many slots its level may move for the goal, and how much of the last one counts.

        A wish put off over hours in which the level stands still is the same wish.
        """
        moving = [
            bool(most or drift)
            for most, drift in zip(self.task.max_kw, self.task.dynamics.drift_kw, strict=True)
        ]
        return sum(moving[: goal.index + 1]), goal.share if moving[goal.index] else 1.0

    def _worth(self, task: StorageTask, site: Site) -> float:
        """What filling the task by hand would cost, less what it leaves stored."""
        power_w = fill(self.scene.problem, site, task)
        stored = task.stored(power_w)[-1]
        return self.scene.bill.added(site.grid_w, power_w) - task.end_value * stored
