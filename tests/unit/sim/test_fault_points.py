"""Faults: a seed and a name decide everything, and each spell leaves room to recover."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from drrouter.domain.interval import Interval
from drrouter.errors import InputError
from drrouter.sim.simulate.faults import (
    CHANCES,
    DEVICE_LEAST_GAP,
    DEVICE_LENGTHS,
    MEANING,
    OF_DEVICES,
    SPELLS,
    Dice,
    Fault,
    chosen,
    spell_at,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
MONTH = Interval(START, START + timedelta(days=30))


def test_every_fault_point_is_explained_and_can_strike() -> None:
    assert set(MEANING) == set(Fault)
    assert set(CHANCES) | set(SPELLS) | set(OF_DEVICES) == set(Fault)


def test_faults_are_chosen_by_name_and_by_group() -> None:
    assert chosen("all") == frozenset(Fault)
    assert chosen("none") == frozenset()
    assert chosen("store.fails, solver") == frozenset(
        {Fault.STORE_FAILS, Fault.SOLVER_DIES, Fault.SOLVER_HANGS, Fault.SOLVER_STALE}
    )
    assert chosen("device") == frozenset(OF_DEVICES)


def test_an_unknown_fault_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"moon: is no fault point\. Known: all, none, device\.silent"):
        chosen("device,moon")


def test_equal_seeds_draw_equal_spells_and_others_do_not() -> None:
    one, same, other = (Dice(seed, Fault).device_spells("car", MONTH) for seed in (1, 1, 2))
    assert one == same != other
    assert {spell.fault for spell in one} == set(OF_DEVICES)


def test_leaving_out_a_fault_moves_no_other() -> None:
    every, few = Dice(1, Fault), Dice(1, [Fault.UPLINK_LOST, Fault.SOLVER_DIES])
    for _ in range(100):
        every.strikes(Fault.UPLINK_TWICE)
    assert every.spells(Fault.UPLINK_LOST, "sp", MONTH) == few.spells(Fault.UPLINK_LOST, "sp", MONTH)
    draws = [[dice.strikes(Fault.SOLVER_DIES) for _ in range(200)] for dice in (every, few)]
    assert draws[0] == draws[1]
    assert any(draws[0])


def test_what_is_not_enabled_never_strikes() -> None:
    dice = Dice(1, [])
    assert not any(dice.strikes(Fault.SOLVER_DIES) for _ in range(1000))
    assert dice.spells(Fault.UPLINK_LOST, "sp", MONTH) == ()
    assert dice.device_spells("car", MONTH) == ()


def test_spells_of_a_device_are_short_and_lie_apart() -> None:
    spells = [spell.interval for spell in Dice(7, Fault).device_spells("freezer", MONTH)]
    assert len(spells) > 30
    assert all(DEVICE_LENGTHS[0] <= spell.duration <= DEVICE_LENGTHS[1] for spell in spells)
    assert all(after.start - before.end >= DEVICE_LEAST_GAP for before, after in pairwise(spells))


def test_what_strikes_is_counted() -> None:
    dice = Dice(1, Fault)
    struck = sum(dice.strikes(Fault.UPLINK_TWICE) for _ in range(100))
    assert 0 < struck == dice.struck[Fault.UPLINK_TWICE]


def test_the_spell_of_an_instant_is_found() -> None:
    spells = Dice(1, Fault).spells(Fault.STORE_FAILS, "disk", MONTH)
    first = spells[0].interval
    assert spell_at(spells, first.start) == spells[0]
    assert spell_at(spells, first.end) != spells[0]
