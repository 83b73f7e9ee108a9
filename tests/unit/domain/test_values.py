"""Programmes, storages, limits, bands, wishes, events and plans: valid once built, and what they tell."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.domain.event import PayloadType
from drrouter.domain.flexibility import Phase, ProfileFlexibility, Programme, StorageFlexibility
from drrouter.domain.ids import DeviceId, HoldToken, ProgrammeId
from drrouter.domain.limit import Band
from drrouter.domain.plan import CostSplit, Explanation
from drrouter.domain.wish import Commitment, CycleWish
from tests.builders import (
    CAR,
    ECO,
    FREEZER,
    HOUR,
    MINUTE,
    NOON,
    WASHER,
    a_plan,
    at,
    cycle,
    event,
    limit,
    payload,
    price,
    programme,
)

HEAT_AND_TURN = programme("eco", (30, 2000.0), (60, 200.0))


@pytest.mark.parametrize(("minutes", "watts"), [(0, 100.0), (-1, 100.0), (10, -1.0)])
def test_a_phase_that_cannot_run_is_refused(minutes: int, watts: float) -> None:
    with pytest.raises(ValueError, match="phase 'spin' needs a positive duration"):
        Phase("spin", minutes * MINUTE, watts)


def test_a_programme_without_phases_is_refused() -> None:
    with pytest.raises(ValueError, match="programme 'eco' has no phases"):
        Programme(ECO, "Eco", ())


def test_a_programme_lasts_as_long_as_its_phases_and_consumes_their_energy() -> None:
    assert HEAT_AND_TURN.duration == 90 * MINUTE
    assert HEAT_AND_TURN.energy_wh == 1200.0


def test_a_programme_has_the_power_of_the_phase_it_is_in() -> None:
    minutes = (-1, 0, 29, 30, 89, 90)
    powers = [HEAT_AND_TURN.power_at(n * MINUTE) for n in minutes]
    assert powers == [0.0, 2000.0, 2000.0, 200.0, 200.0, 0.0]


def test_a_programme_knows_its_energy_between_two_moments() -> None:
    assert HEAT_AND_TURN.energy_between(15 * MINUTE, 45 * MINUTE) == 500.0 + 50.0
    assert HEAT_AND_TURN.energy_between(-HOUR, 10 * HOUR) == HEAT_AND_TURN.energy_wh
    assert HEAT_AND_TURN.energy_between(2 * HOUR, 3 * HOUR) == 0.0


def test_a_programme_knows_its_peak_between_two_moments() -> None:
    moments = ((-10, -1), (-10, 0), (29, 31), (30, 31), (89, 95), (90, 95))
    peaks = [HEAT_AND_TURN.peak_between(since * MINUTE, until * MINUTE) for since, until in moments]
    assert peaks == [0.0, 2000.0, 2000.0, 200.0, 200.0, 0.0]


def test_a_machine_finds_its_programmes_by_id() -> None:
    machine = ProfileFlexibility((HEAT_AND_TURN, programme("quick", (20, 2000.0))))
    assert machine.programme(ProgrammeId("quick")) == machine.programmes[1]
    assert machine.programme(ProgrammeId("boil")) is None


def storage(
    lowest: float = 0.0, highest: float = 10.0, least_w: float = 0.0, per_wh: float = 1.0
) -> StorageFlexibility:
    return StorageFlexibility("Wh", lowest, highest, 5.0, per_wh, -2.0, 100.0, least_w)


def test_a_storage_with_crossed_bounds_is_refused() -> None:
    for lowest, highest, least_w in (
        (10.0, 10.0, 0.0),
        (11.0, 10.0, 0.0),
        (0.0, 10.0, 101.0),
        (0.0, 10.0, -1),
    ):
        with pytest.raises(ValueError, match="level_min < level_max"):
            storage(lowest, highest, least_w)


def test_a_storage_that_power_does_not_change_is_refused() -> None:
    with pytest.raises(ValueError, match="level_per_wh is 0"):
        storage(per_wh=0.0)


def test_a_storage_is_driven_by_power_and_by_its_drift() -> None:
    assert storage().level_after(5.0, 10.0, 30 * MINUTE) == 5.0 + 5.0 - 1.0
    assert not storage().runs_downwards
    assert storage(per_wh=-0.1).runs_downwards


def test_a_limit_never_undercuts_its_guaranteed_minimum() -> None:
    assert limit(1000.0, guaranteed_w=4200.0).effective_w == 4200.0
    assert limit(5000.0, guaranteed_w=4200.0).effective_w == 5000.0


def test_a_band_clips_to_its_ends() -> None:
    band = Band(10.0, 20.0)
    assert [band.clip(power_w) for power_w in (0.0, 15.0, 30.0)] == [10.0, 15.0, 20.0]


def test_an_empty_band_is_refused() -> None:
    with pytest.raises(ValueError, match="band is empty"):
        Band(2.0, 1.0)


def test_a_wish_needs_time() -> None:
    with pytest.raises(ValueError, match="ready_by must be after earliest"):
        CycleWish(WASHER, ECO, at("12:00"), at("12:00"))
    assert CycleWish(WASHER, ECO, at("12:00"), at("12:01")).ready_by == at("12:01")


def test_a_commitment_ends_when_its_cycle_is_done() -> None:
    made = Commitment(WASHER, ECO, at("12:00"), 90 * MINUTE, HoldToken("t"), NOON)
    assert made.end == at("13:30")


def test_a_version_of_an_event_is_told_by_its_modification() -> None:
    older, newer = price("e", 0.1, "10:00", "11:00"), price("e", 0.1, "10:00", "11:00", modified_at=NOON)
    assert older.version != newer.version


def test_an_event_is_over_when_its_last_payload_is() -> None:
    both = event("e", *(payload(PayloadType.PRICE, 0.1, f"1{n}:00", f"1{n + 1}:00") for n in (0, 1)))
    assert not both.ends_before(at("11:59"))
    assert both.ends_before(at("12:00"))
    assert event("nothing").ends_before(at("00:00"))


def test_an_event_is_repeated_by_its_content_where_that_is_known_and_else_by_its_date() -> None:
    one = price("e", 0.1, "10:00", "11:00")
    later = replace(one, modified_at=NOON)
    assert one.repeats(one)
    assert not later.repeats(one)
    assert replace(later, fingerprint="a").repeats(replace(one, fingerprint="a"))
    assert not replace(one, fingerprint="a").repeats(replace(one, fingerprint="b"))
    assert not replace(later, fingerprint="a").repeats(one)


def test_an_event_that_goes_on_and_on_reaches_farther_when_it_is_read_later() -> None:
    whole = price("e", 0.1, "10:00", "11:00")
    early, late = replace(whole, known_until=at("12:00")), replace(whole, known_until=at("13:00"))
    assert late.reaches_beyond(early)
    assert not early.reaches_beyond(late)
    assert not late.reaches_beyond(late)
    assert whole.reaches_beyond(early)
    assert not late.reaches_beyond(whole)


def test_an_event_gives_its_payloads_by_type() -> None:
    dear = payload(PayloadType.PRICE, 0.3, "10:00", "11:00")
    grey = payload(PayloadType.GHG, 400.0, "10:00", "11:00")
    both = event("e", dear, grey)
    assert both.of(PayloadType.PRICE) == (dear,)
    assert both.of(PayloadType.GHG, PayloadType.PRICE) == (dear, grey)
    assert both.of(PayloadType.SIMPLE) == ()


def test_a_plan_says_which_power_a_device_has_at_an_instant() -> None:
    plan = a_plan(power_w={FREEZER: (10.0, 20.0)})
    assert plan.power_at(FREEZER, at("12:20")) == 20.0
    assert plan.power_at(FREEZER, at("12:30")) is None
    assert plan.power_at(CAR, at("12:20")) is None
    assert plan.slot_at(at("11:59")) is None


def test_a_plan_finds_cycle_and_explanation_of_a_device() -> None:
    told = Explanation(FREEZER, "because it is cheap")
    plan = a_plan(cycles=(cycle("12:15"),), explanations=(told,))
    assert plan.cycle_of(WASHER) == cycle("12:15")
    assert plan.cycle_of(DeviceId("dryer")) is None
    assert plan.explanation_of(FREEZER) == told
    assert plan.explanation_of(WASHER) is None


def test_penalties_of_a_plan_are_not_money() -> None:
    assert CostSplit(3.0, 1.0, 0.5, 100.0).money == 2.0


def test_a_programme_is_never_negative_in_time() -> None:
    assert HEAT_AND_TURN.power_at(timedelta.min) == 0.0
