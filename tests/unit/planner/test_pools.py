"""Machines that differ in nothing are one whole number per start, and are handed out in a stable order."""

from dataclasses import replace

import pytest

from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import MissKind
from drrouter.planner import DeviceInput
from drrouter.planner.model import build
from drrouter.planner.tasks import tasks_of
from tests.unit.planner.homes import at, limit, machine
from tests.unit.planner.test_relations import HOUR, WASH, best_of_all, checked, hourly, starts


class TestIdenticalMachines:
    def machines(self, count: int) -> tuple[DeviceInput, ...]:
        return tuple(machine(DeviceId(f"m{number}"), WASH, ready_by=at(22)) for number in range(count))

    def test_they_are_one_count_per_start(self) -> None:
        home = hourly(*self.machines(8))
        assert build(home, tasks_of(home)).door.size[0] == 8 + 8 + 1, "starts, import of each hour, none"

    def test_they_are_spread_below_a_limit_at_the_cheapest_hours(self) -> None:
        made = checked(hourly(*self.machines(5), limits=(limit(2000.0),)))
        assert sorted(starts(made).values()) == [at(19), at(20), at(20), at(21), at(21)]
        assert list(starts(made)) == [DeviceId(f"m{number}") for number in range(5)]

    def test_what_finds_no_room_is_missed_machine_by_machine(self) -> None:
        made = checked(hourly(*self.machines(8), limits=(limit(1000.0),)))
        late = [miss for miss in made.misses if miss.kind is MissKind.DEADLINE]
        assert len(late) == 2

    def test_each_stays_where_it_was(self) -> None:
        home = hourly(*self.machines(4), prices=(0.2,) * 8, limits=(limit(2000.0),))
        made = checked(home)
        turned = dict(zip(starts(made), reversed(starts(made).values()), strict=True))
        other = replace(
            made,
            cycles=tuple(
                replace(c, start=turned[c.device_id], end=turned[c.device_id] + HOUR) for c in made.cycles
            ),
        )
        again = checked(replace(home, previous=other))
        assert starts(again) == turned
        assert again.changes == ()

    def test_moving_costs_each_of_them_its_price(self) -> None:
        home = hourly(*self.machines(3), limits=(limit(2000.0),))
        before = checked(home)
        moved = replace(home, previous=before, limits=(limit(1000.0),))
        made = checked(moved)
        assert made.objective == pytest.approx(best_of_all(moved))

    def test_a_limit_on_one_of_them_tells_it_apart(self) -> None:
        home = hourly(*self.machines(3), limits=(limit(0.0, members=(DeviceId("m1"),)),))
        made = checked(home)
        assert [miss.device_id for miss in made.misses] == [DeviceId("m1")]
