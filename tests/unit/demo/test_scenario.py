"""The demo's day as data: complete, in order, and about things that exist."""

from datetime import timedelta
from itertools import pairwise

from drrouter.domain.event import PayloadType
from drrouter.domain.ids import ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.offline import Peak
from drrouter.sim.demo.scenario import (
    DATA,
    END,
    HOME_DAY,
    OUTAGE,
    PROVIDER_DAY,
    START,
    ZONE,
    Cancel,
    LoadMachine,
    Order,
    Overrule,
    Post,
    PriceNotice,
    base_load_w,
    co2_g_per_kwh,
    day_ahead,
    orders,
    posted_prices,
)
from drrouter.tariff import expand_offline, read_offline


def test_the_day_is_a_saturday_evening_to_the_next() -> None:
    assert START.astimezone(ZONE).strftime("%A %H:%M") == "Saturday 18:00"
    assert Interval(START, END).duration == timedelta(hours=24)


def test_the_prices_have_no_gap_and_eight_hours_below_zero() -> None:
    steps = [step for step, _ in day_ahead().steps]
    assert len(steps) == 72
    assert all(before.end == after.start for before, after in pairwise(steps))
    sunday = Interval(START, END)
    assert sum(price < 0 for step, price in day_ahead().steps if step.overlap(sunday)) == 8


def test_everybody_knows_the_price_of_every_hour_of_the_day() -> None:
    assert posted_prices().mean(Interval(START, END)) is not None
    assert all(posted_prices().at(START + n * timedelta(hours=1)) is not None for n in range(24))


def test_a_day_has_24_base_loads_and_co2_contents() -> None:
    assert len(base_load_w()) == len(co2_g_per_kwh()) == 24
    assert 5000 < sum(base_load_w()) < 9000


def test_what_happens_is_written_in_the_order_of_its_times() -> None:
    for acts in (PROVIDER_DAY, HOME_DAY):
        times = [act.at for act in acts]
        assert times == sorted(times)
        assert START <= times[0] <= times[-1] < END


def test_orders_are_announced_before_they_hold_and_end_within_the_day() -> None:
    for act in PROVIDER_DAY:
        if isinstance(act, Post) and isinstance(act.what, Order):
            assert act.at < act.what.interval.end <= END
    firsts = {act.what.key: act for act in reversed(PROVIDER_DAY) if isinstance(act, Post)}
    sent = [act for act in firsts.values() if isinstance(act.what, Order)]
    assert all(isinstance(act.what, Order) and act.at < act.what.interval.start for act in sent)


def test_one_order_is_changed_and_one_is_taken_back() -> None:
    keys = [act.what.key for act in PROVIDER_DAY if isinstance(act, Post)]
    assert [key for key in set(keys) if keys.count(key) == 2] == ["evening-limit"]
    cancelled = [act.key for act in PROVIDER_DAY if isinstance(act, Cancel)]
    assert cancelled == ["hvac-shed-2"]
    assert set(cancelled) <= set(keys)


def test_what_is_left_of_the_orders_are_their_last_versions() -> None:
    left = {order.key: order for order in orders()}
    assert set(left) == {"evening-limit", "noon-alert", "hvac-shed"}
    assert left["evening-limit"].interval.duration == timedelta(hours=2)
    assert {order.kind for order in left.values()} == {
        PayloadType.IMPORT_CAPACITY_LIMIT,
        PayloadType.ALERT_GRID_EMERGENCY,
        PayloadType.SIMPLE,
    }


def test_the_alert_falls_into_hours_below_zero() -> None:
    alert = next(order for order in orders() if order.kind is PayloadType.ALERT_GRID_EMERGENCY)
    price = day_ahead().at(alert.interval.start)
    assert price is not None
    assert price < 0


def test_machines_can_be_done_in_time() -> None:
    for act in HOME_DAY:
        if isinstance(act, LoadMachine):
            assert act.ready_by - act.at > timedelta(hours=3)


def test_a_price_notice_is_about_a_whole_local_day() -> None:
    notices = [act.what for act in PROVIDER_DAY if isinstance(act, Post)]
    days = [what.interval.duration for what in notices if isinstance(what, PriceNotice)]
    assert days == [timedelta(hours=24)] * 3


def test_nobody_sends_anything_while_the_line_is_dead_and_the_owner_has_the_last_word_meanwhile() -> None:
    dead = OUTAGE.interval
    assert not any(dead.holds(act.at) for act in PROVIDER_DAY)
    overrules = [act for act in HOME_DAY if isinstance(act, Overrule)]
    assert [dead.holds(act.at) and dead.holds(act.until) for act in overrules] == [True]


def test_the_peak_windows_of_the_outage_are_those_of_the_offline_profile() -> None:
    profile = read_offline((DATA / "offline.toml").read_bytes(), "offline.toml")
    in_force = Interval(OUTAGE.interval.start + profile.timeouts.link, OUTAGE.interval.end)
    assert expand_offline(profile, in_force, ProviderId("grid")).peaks == tuple(
        Peak(peak, ProviderId("grid"), "morning") for peak in OUTAGE.peaks
    )


def test_the_data_say_where_they_come_from() -> None:
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in readme
    assert "illustrative, not measured" in readme
    for file in DATA.iterdir():
        assert file.name == "README.md" or file.name in readme or "SPDX" in file.read_text(encoding="utf-8")
