"""When an offline profile is in force, to the instant, and which devices its peak windows hold back."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from drrouter.domain.device import DeviceProfile
from drrouter.domain.flexibility import RemoteStart
from drrouter.domain.offline import Peak
from drrouter.router.offline import Cause, Mode, Standing, Uplink, held_back, is_shiftable, standing_of
from tests.builders import HOUR, MINUTE, NOON, SP, at, car, freezer, hvac, span, washer
from tests.profiles import a_profile

UTC_ZONE = ZoneInfo("UTC")
LOST = Uplink(up=False, since=at("12:00"))
PROFILE = a_profile(link_s=900)
WITH_DATA = a_profile(link_s=900, data_s=3600)
INSTANT = timedelta(microseconds=1)


def mode(uplink: Uplink, instant: datetime, profile: object = PROFILE) -> Mode:
    return standing_of(uplink, profile, instant).mode  # type: ignore[arg-type]


# The link


def test_a_home_with_its_link_is_live() -> None:
    standing = standing_of(Uplink(up=True, since=NOON), PROFILE, at("20:00"))
    assert standing == Standing(Mode.LIVE, NOON)


def test_a_lost_link_is_waited_for_until_the_time_out() -> None:
    standing = standing_of(LOST, PROFILE, at("12:01"))
    assert standing == Standing(Mode.WAITING, NOON, Cause.LINK, NOON, at("12:15"), at("12:15"))


def test_the_profile_comes_into_force_at_the_very_end_of_the_time_out() -> None:
    assert mode(LOST, at("12:15") - INSTANT) is Mode.WAITING
    standing = standing_of(LOST, PROFILE, at("12:15"))
    assert (standing.mode, standing.since, standing.cause) == (Mode.IN_FORCE, at("12:15"), Cause.LINK)
    assert standing_of(LOST, PROFILE, at("18:00")).since == at("12:15")


def test_no_time_out_at_all_is_in_force_with_the_loss() -> None:
    assert mode(LOST, NOON, a_profile(link_s=0)) is Mode.IN_FORCE


def test_the_profile_leaves_with_the_return_of_the_link() -> None:
    assert mode(Uplink(up=True, since=at("18:00")), at("18:00")) is Mode.LIVE


def test_without_a_profile_a_lost_link_is_waited_for_in_vain() -> None:
    assert standing_of(LOST, None, at("20:00")) == Standing(Mode.WAITING, NOON, Cause.LINK, NOON)


# The prices


def test_prices_that_run_out_bring_the_profile_into_force_though_the_link_works() -> None:
    uplink = Uplink(up=True, since=at("06:00"), data_until=NOON)
    assert standing_of(uplink, WITH_DATA, at("11:00")) == Standing(Mode.LIVE, at("06:00"), changes_at=NOON)
    waiting = standing_of(uplink, WITH_DATA, NOON)
    assert (waiting.mode, waiting.cause, waiting.due_at) == (Mode.WAITING, Cause.DATA, at("13:00"))
    assert mode(uplink, at("13:00") - INSTANT, WITH_DATA) is Mode.WAITING
    in_force = standing_of(uplink, WITH_DATA, at("13:00"))
    assert (in_force.mode, in_force.cause, in_force.missing_since) == (Mode.IN_FORCE, Cause.DATA, NOON)


def test_a_profile_without_a_data_time_out_lets_prices_run_out() -> None:
    uplink = Uplink(up=True, since=at("06:00"), data_until=NOON)
    standing = standing_of(uplink, PROFILE, at("20:00"))
    assert (standing.mode, standing.due_at) == (Mode.WAITING, None)


def test_the_first_time_out_to_end_counts() -> None:
    uplink = Uplink(up=False, since=NOON, data_until=at("11:10"))
    in_force = standing_of(uplink, WITH_DATA, at("12:10"))
    assert (in_force.since, in_force.cause) == (at("12:10"), Cause.DATA)
    uplink = Uplink(up=False, since=NOON, data_until=at("11:50"))
    in_force = standing_of(uplink, WITH_DATA, at("13:30"))
    assert (in_force.since, in_force.cause) == (at("12:15"), Cause.LINK)


def test_prices_that_will_run_out_sooner_than_the_link_time_out_are_announced() -> None:
    uplink = Uplink(up=False, since=NOON, data_until=at("12:05"))
    profile = a_profile(link_s=3600, data_s=600)
    assert standing_of(uplink, profile, at("12:01")).due_at == at("12:15")


def test_a_provider_whose_link_returns_has_one_data_time_out_to_publish_new_prices() -> None:
    uplink = Uplink(up=True, since=at("18:00"), data_until=NOON)
    standing = standing_of(uplink, WITH_DATA, at("18:00"))
    assert (standing.mode, standing.due_at) == (Mode.WAITING, at("19:00"))
    assert mode(uplink, at("19:00"), WITH_DATA) is Mode.IN_FORCE


# Its validity


def test_a_profile_that_is_not_valid_yet_comes_into_force_later() -> None:
    tomorrow = a_profile(valid=("2026-06-02", "2026-06-02"))  # 22:00 to 22:00 of UTC
    standing = standing_of(LOST, tomorrow, at("13:00"))
    assert (standing.mode, standing.due_at, standing.changes_at) == (Mode.WAITING, at("22:00"), at("22:00"))
    in_force = standing_of(LOST, tomorrow, at("22:00"))
    assert (in_force.mode, in_force.since) == (Mode.IN_FORCE, at("22:00"))
    assert in_force.changes_at == at("46:00")


def test_a_profile_that_has_ended_is_in_force_no_longer() -> None:
    today = a_profile(valid=("2026-06-01", "2026-06-01"))
    assert mode(LOST, at("21:59"), today) is Mode.IN_FORCE
    ended = standing_of(LOST, today, at("22:00"))
    assert (ended.mode, ended.due_at, ended.changes_at) == (Mode.WAITING, None, None)


# What a peak window holds back

PEAKS = (Peak(span("17:00", "20:00"), SP, "evening"),)


@pytest.mark.parametrize(
    ("profile", "shiftable"),
    [
        (freezer(), True),
        (car(), True),
        (washer(), True),
        (washer(remote_start=RemoteStart.NONE), False),
        (hvac(), False),
    ],
    ids=["freezer", "car", "washer", "washer with buttons alone", "hvac"],
)
def test_what_can_run_at_another_time_is_held_back(profile: DeviceProfile, shiftable: bool) -> None:
    assert is_shiftable(profile) is shiftable
    assert bool(held_back(profile, PEAKS, at("18:00"), None, UTC_ZONE)) is shiftable


@pytest.mark.parametrize(
    ("when", "held"), [("16:59:59", False), ("17:00", True), ("19:59:59", True), ("20:00", False)]
)
def test_a_window_holds_from_its_start_to_its_end(when: str, held: bool) -> None:
    assert bool(held_back(car(), PEAKS, at(when), None, UTC_ZONE)) is held


def test_the_words_name_the_window_and_its_end() -> None:
    said = held_back(car(), PEAKS, at("18:00"), None, UTC_ZONE)
    assert said == "offline profile of grid: peak window evening until Mon 01 Jun 20:00"


def test_no_cycle_is_begun_that_would_reach_into_a_window() -> None:
    said = held_back(washer(), PEAKS, at("16:00"), HOUR + MINUTE, UTC_ZONE)
    assert said == (
        "offline profile of grid: its cycle would reach into the peak window evening from Mon 01 Jun 17:00"
    )
    assert held_back(washer(), PEAKS, at("16:00"), HOUR, UTC_ZONE) == ""
    assert held_back(washer(), PEAKS, at("16:00"), None, UTC_ZONE) == ""
