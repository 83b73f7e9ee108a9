"""Announced power cuts: which alerts announce one, what must be full before, and which cycles wait."""

from dataclasses import replace
from datetime import timedelta

from drrouter.domain.device import DeviceProfile
from drrouter.domain.event import PayloadType
from drrouter.domain.flexibility import ProfileFlexibility, RemoteStart, StorageFlexibility
from drrouter.domain.interval import Interval
from drrouter.domain.outage import Outage, outages_in
from drrouter.domain.timeline import TariffRates, resolve
from drrouter.domain.wish import ComfortBand, LevelWish
from drrouter.planner.problem import DeviceInput
from drrouter.router.outages import planned_around, sentences, would_be_cut
from tests.builders import (
    CAR,
    HOUR,
    MINUTE,
    NOON,
    SP,
    at,
    battery,
    car,
    event,
    freezer,
    hvac,
    payload,
    span,
    washer,
)
from tests.homes import AMSTERDAM

CUT = Outage(span("15:00", "17:00"), SP)


def alerted(
    start: str, end: str, kind: PayloadType = PayloadType.ALERT_POSSIBLE_OUTAGE, *targets: str
) -> tuple[Outage, ...]:
    told = event("cut", payload(kind, 1.0, start, end), targets=targets)
    return outages_in(resolve([told], TariffRates(), {"car": (CAR,)}).messages)


def test_an_alert_of_hours_for_the_whole_site_announces_a_cut_and_any_other_does_not() -> None:
    assert alerted("15:00", "17:00") == (CUT,)
    assert alerted("10:00", "22:00") != ()
    assert alerted("10:00", "22:15") == ()
    assert alerted("15:00", "17:00", PayloadType.ALERT_FIRE) == ()
    assert alerted("15:00", "17:00", PayloadType.ALERT_POSSIBLE_OUTAGE, "car") == ()


def asked(profile: DeviceProfile, level: float = 0.0, **changes: object) -> DeviceInput:
    assert profile.flexibility is not None
    device = DeviceInput(profile.id, profile.name, profile.flexibility, level=level)
    return replace(device, **changes)  # type: ignore[arg-type]


def test_stores_are_full_in_the_hour_before_and_off_meanwhile() -> None:
    window = span("14:00", "15:00")
    for profile, cold in ((freezer(), True), (battery(), False)):
        store = profile.flexibility
        assert isinstance(store, StorageFlexibility)
        share = 0.1 * (store.level_max - store.level_min)
        band = ComfortBand(window, high=store.level_min + share)
        if not cold:
            band = ComfortBand(window, low=store.level_max - share)
        seen = planned_around(asked(profile), profile, (CUT,), NOON)
        assert (seen.caps, seen.comfort) == (((CUT.interval, 0.0),), (band,))


def test_a_car_shall_have_what_is_wished_for_later_and_nothing_more() -> None:
    for by, bands in (("18:00", 1), ("14:30", 0)):
        wish = LevelWish(CAR, 4000.0, at(by))
        seen = planned_around(asked(car(), wishes=(wish,)), car(), (CUT,), NOON)
        assert [band.low for band in seen.comfort] == [4000.0] * bands
    assert planned_around(asked(car()), car(), (CUT,), NOON).comfort == ()


def test_a_cut_that_has_begun_or_is_over_asks_for_no_more() -> None:
    late = planned_around(asked(battery()), battery(), (CUT,), at("15:30"))
    assert (late.comfort, late.caps) == ((), ((CUT.interval, 0.0),))
    assert planned_around(asked(battery()), battery(), (CUT,), at("17:00")) == asked(battery())
    soon = planned_around(asked(battery()), battery(), (CUT,), at("14:50"))
    assert soon.comfort[0].interval == Interval(at("14:50"), at("15:00"))


def test_what_has_no_store_is_left_alone() -> None:
    for profile in (washer(), hvac()):
        assert planned_around(asked(profile), profile, (CUT,), NOON) == asked(profile)


def test_a_cycle_waits_that_would_be_cut_and_no_other() -> None:
    def why(minutes_to_cut: int, cycle: timedelta | None, profile: DeviceProfile = washer()) -> str:  # noqa: B008 -- it is frozen
        return would_be_cut(profile, (CUT,), at("15:00") - minutes_to_cut * MINUTE, cycle, AMSTERDAM)

    said = "its cycle would be cut: grid announced a power cut from Mon 01 Jun 17:00 to Mon 01 Jun 19:00"
    assert why(59, HOUR) == said
    assert why(60, HOUR) == ""
    assert why(-60, HOUR) == said
    assert why(-120, HOUR) == ""
    assert why(30, None) == ""
    assert why(30, HOUR, hvac()) == ""
    by_hand = washer()
    assert isinstance(by_hand.flexibility, ProfileFlexibility)
    by_hand = replace(by_hand, flexibility=replace(by_hand.flexibility, remote_start=RemoteStart.NONE))
    assert why(30, HOUR, by_hand) == ""


def test_a_cut_is_said_until_it_is_over() -> None:
    said = "Grid announced a power cut from Mon 01 Jun 17:00 to Mon 01 Jun 19:00."
    assert sentences((CUT,), NOON, AMSTERDAM) == (said,)
    assert sentences((CUT,), at("17:00"), AMSTERDAM) == ()
