"""Reports on what devices did, do and will do; numbers in docstrings are the obligations of a VEN."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from drrouter.domain.event import Event
from drrouter.domain.measurement import Quality
from drrouter.domain.report import AGGREGATED, OPAQUE, Grid, ReportAsk, ReportBody, ReportIntervals
from drrouter.domain.signal import EventReceived, MessageKind
from drrouter.domain.wish import OverrideMode
from drrouter.ports import Collection, Put
from drrouter.router.baseline import Baselines
from drrouter.router.forecast import Means
from drrouter.router.report_values import value_of
from tests.builders import (
    BATTERY,
    HOUR,
    HVAC,
    METER,
    MINUTE,
    NOON,
    at,
    battery,
    event,
    freezer,
    hvac,
    meter,
    shed,
    span,
)
from tests.fakes import InlineSolver
from tests.homes import AMSTERDAM, Home, running

HOURS = Grid(((4, span("12:00", "13:00")), (5, span("13:00", "14:00"))))


def asking(*asks: ReportAsk, grid: Grid = HOURS, name: str = "e") -> Event:
    return replace(event(name), asks=asks, grid=grid, received_at=NOON)


def bodies(home: Home) -> list[ReportBody]:
    sent = [item for item in home.provider.received if item.kind is MessageKind.REPORT]
    return [item.report for item in sent if item.report]


def said(body: ReportBody) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    return {name: [(one.id, dict(one.payloads)) for one in some] for name, some in body.resources}


async def told(home: Home, one: Event, hours: float = 2.5) -> Sequence[ReportBody]:
    async with running(home):
        home.provider.says(EventReceived(one))
        await home.clock.advance(hours * HOUR)
    return bodies(home)


async def test_usage_is_reported_by_device_with_the_ids_of_the_event() -> None:
    """28, 29, 30."""
    (body,) = await told(Home(hvac()), asking(ReportAsk("USAGE", targets=(HVAC,), units="WH")))
    assert (body.units, body.late) == ("WH", False)
    found = said(body)[HVAC]
    assert [slot for slot, _ in found] == [4, 5]
    assert [payloads["DATA_QUALITY"] for _, payloads in found] == ["OK", "OK"]
    assert found[1][1]["USAGE"] == pytest.approx(1000.0)


async def test_a_report_is_made_once_and_not_again_after_a_restart() -> None:
    """28, 31."""
    ask = ReportAsk("DEMAND", start=0, count=1, repeat=-1)
    home = Home(hvac())
    assert len(await told(home, asking(ask))) == 2
    again = Home(hvac(), store=home.store, start=home.clock.now())
    async with running(again):
        await again.clock.advance(HOUR)
    assert bodies(again) == []


async def test_what_was_not_measured_is_reported_as_missing_and_what_was_in_part_as_estimated() -> None:
    """29: a late event gets one report that catches up, marked as late."""
    early = Grid(((0, span("10:00", "11:00")), (1, span("11:30", "12:30"))))
    ask = ReportAsk("USAGE", start=0, count=1, repeat=-1, targets=(HVAC,))
    first, second = await told(Home(hvac()), asking(ask, grid=early), 1)
    assert said(first)[HVAC] == [(0, {"DATA_QUALITY": "MISSING"})]
    assert (first.late, second.late) == (True, False)
    assert said(second)[HVAC][0][1]["DATA_QUALITY"] == "ESTIMATED"


async def test_an_aggregate_is_one_resource_and_of_the_whole_home_what_its_meter_shows() -> None:
    """28: User Guide 7.7."""
    home = Home(hvac(), meter(), base_w=300.0)
    one = asking(
        ReportAsk("DEMAND", "MEAN", "W", aggregate=True),
        ReportAsk("DEMAND", "PEAK", targets=(HVAC,), aggregate=True),
    )
    whole, named = await told(home, one)
    assert said(whole)[AGGREGATED][1][1]["DEMAND"] == pytest.approx(1300.0, abs=20)
    assert said(named)[AGGREGATED][1][1]["DEMAND"] == pytest.approx(1.0)
    assert set(said(whole)) == {AGGREGATED}


async def test_opaque_data_is_not_reported_by_measuring() -> None:
    """28."""
    assert await told(Home(hvac()), asking(ReportAsk(OPAQUE, start=0, count=1, repeat=-1))) == []


async def test_all_devices_are_reported_where_none_is_named() -> None:
    """28."""
    (body,) = await told(Home(hvac(), meter()), asking(ReportAsk("DEMAND")))
    assert set(said(body)) == {HVAC, METER}


async def test_intervals_may_be_cut_into_parts() -> None:
    """28: SUB_INTERVALS and OPEN_INTERVALS."""
    parts, opened = (ReportAsk("DEMAND", targets=(HVAC,), intervals=one) for one in list(ReportIntervals)[1:])
    for body in await told(Home(hvac()), asking(parts, opened)):
        (rows,) = (some for _, some in body.resources)
        assert [row.id for row in rows] == list(range(8))
        assert rows[1].interval == span("12:15", "12:30")


async def test_a_forecast_is_the_plans() -> None:
    """28, 30: USAGE_FORECAST, and any report that is not historical."""
    home = Home(battery(), hvac(), solver=InlineSolver())
    asks = (
        ReportAsk("USAGE", historical=False, aggregate=True),
        ReportAsk("USAGE_FORECAST", historical=False),
    )
    later = Grid(((0, span("13:00", "14:00")), (1, span("20:00", "21:00"))))
    summed, single = await told(home, asking(*asks, grid=later))
    assert all(payloads["USAGE"] >= 0 for _, payloads in said(summed)[AGGREGATED])
    assert {payloads["DATA_QUALITY"] for _, payloads in said(single)[BATTERY]} == {"OK"}


async def test_beyond_the_plan_nothing_is_foreseen() -> None:
    """29."""
    far = Grid(((0, span("12:00", "13:00")), (1, span("60:00", "61:00"))))
    (body,) = await told(
        Home(battery(), solver=InlineSolver()), asking(ReportAsk("USAGE", historical=False), grid=far)
    )
    assert said(body)[BATTERY][1] == (1, {"DATA_QUALITY": "MISSING"})


@pytest.mark.parametrize(
    ("kind", "device", "value", "unit"),
    [
        ("STORAGE_CHARGE_LEVEL", BATTERY, 0.55, "PERCENT"),
        ("STORAGE_USABLE_CAPACITY", BATTERY, 9.0, "KWH"),
        ("STORAGE_MAX_CHARGE_POWER", BATTERY, 3.0, "KW"),
        ("STORAGE_MAX_DISCHARGE_POWER", BATTERY, 3.0, "KW"),
        ("GENERATION_DELTA_AVAILABLE", BATTERY, 3.0, "KW"),
        ("STORAGE_CHARGE_LEVEL", HVAC, None, "PERCENT"),
        ("STORAGE_DISPATCH_FORECAST", HVAC, None, "KWH"),
        ("STORAGE_USABLE_CAPACITY", HVAC, None, "KWH"),
        ("STORAGE_MAX_CHARGE_POWER", HVAC, None, "KW"),
        ("STORAGE_MAX_DISCHARGE_POWER", HVAC, None, "KW"),
        ("SETPOINT", HVAC, 1.0, "KW"),
        ("OPERATING_STATE", HVAC, "RUNNING_NORMAL", ""),
        ("SIMPLE_LEVEL", HVAC, 0.0, ""),
        ("LOAD_SHED_DELTA_AVAILABLE", BATTERY, 0.0, "KW"),
        ("LOAD_SHED_DELTA_AVAILABLE", HVAC, 1.0, "KW"),
        ("DOWN_REGULATION_AVAILABLE", HVAC, 0.0, "KW"),
        ("IMPORT_RESERVATION_CAPACITY", HVAC, 0.0, "KW"),
        ("READING", HVAC, 0.015278, "KWH"),
        ("READING", BATTERY, None, "KWH"),
        ("BASELINE", HVAC, None, "KWH"),
        ("DELTA_USAGE", HVAC, None, "KWH"),
        ("REGULATION_SETPOINT", HVAC, None, ""),
        ("X_OWN", HVAC, None, ""),
    ],
)
async def test_what_holds_now_is_told_and_what_nobody_knows_is_missing(
    kind: str, device: str, value: Any, unit: str
) -> None:
    """29, 30: and reservations are answered with nothing (24)."""
    ask = ReportAsk(kind, frequency=0, targets=(device,))
    (body, *_) = await told(Home(battery(), hvac()), asking(ask), 0.05)
    ((_, payloads),) = said(body)[device]
    assert body.units == unit
    if value is None:
        assert payloads == {"DATA_QUALITY": "MISSING"}
    elif isinstance(value, str):
        assert payloads[kind] == value
    else:
        assert payloads[kind] == pytest.approx(value)


async def test_the_operating_state_tells_of_orders_and_of_the_owner() -> None:
    """30, 32: Table 4."""
    home = Home(hvac(), freezer())
    ask = ReportAsk("OPERATING_STATE", start=0, count=1, repeat=-1, targets=(HVAC,))
    level = replace(ask, payload_type="SIMPLE_LEVEL")
    async with running(home):
        home.provider.says(EventReceived(shed("s", "12:00", "16:00")), EventReceived(asking(ask, level)))
        await home.clock.advance(HOUR + MINUTE)
        await home.front.override(HVAC, OverrideMode.ON, at("15:00"))
        await home.clock.advance(HOUR + MINUTE)
    found = [next(iter(said(body)[HVAC][0][1].values())) for body in bodies(home)]
    assert found == ["IDLE_CURTAILED", 1.0, "RUNNING_OPTED_OUT", 1.0]


async def test_a_device_that_does_not_answer_is_in_error() -> None:
    """30."""
    home = Home(hvac())
    async with running(home):
        home.router.registry.gone(HVAC)
        sight = home.router.reporter._sight()
        found = value_of(ReportAsk("OPERATING_STATE"), HVAC, span("12:00", "13:00"), sight)
    assert found == ("ERROR", Quality.OK)


async def test_baseline_and_what_was_saved_against_it_are_estimates_of_like_days() -> None:
    """30: BASELINE in W or Wh, and DELTA_USAGE, while an order holds the device; kept over restarts."""
    before = Baselines(AMSTERDAM)
    for quarter in range(12 * 96):
        before.saw(HVAC, NOON - (12 * 96 - quarter) * 15 * MINUTE, 1000.0)
    home = Home(hvac())
    await home.store.commit(Put(Collection.SETTINGS, "baselines", before.keep([HVAC])))
    asks = (
        ReportAsk("BASELINE", targets=(HVAC,), units="W"),
        ReportAsk("BASELINE", targets=(HVAC,), units="WH"),
        ReportAsk("DELTA_USAGE", targets=(HVAC,), units="WH"),
    )
    async with running(home):
        home.provider.says(EventReceived(asking(*asks)))
        home.provider.says(EventReceived(shed("order", "13:00", "14:00", level=3)))
        await home.clock.advance(13 * HOUR)
        kept = (await home.store.load(Collection.SETTINGS))["baselines"]
    values = {(body.payload_type, body.units): said(body)[HVAC] for body in bodies(home)}
    assert [row["BASELINE"] for _, row in values["BASELINE", "W"]] == pytest.approx([1000.0, 1000.0])
    assert [row["BASELINE"] for _, row in values["BASELINE", "WH"]] == pytest.approx([1000.0, 1000.0])
    steady, saved = (row["DELTA_USAGE"] for _, row in values["DELTA_USAGE", "WH"])
    assert steady == pytest.approx(0.0, abs=20)
    assert saved < -500
    assert {row["DATA_QUALITY"] for rows in values.values() for _, row in rows} == {"ESTIMATED"}
    history = Means(cast("dict[str, dict[str, object]]", kept)[HVAC]).history()
    assert history
    assert history.mean(span("12:00", "13:00")) == pytest.approx(1000.0)
    assert history.mean(span("13:15", "14:00")) is None


async def test_what_the_meter_shows_while_an_order_holds_any_device_is_no_baseline() -> None:
    """30: BASELINE."""
    home = Home(hvac(), meter(), base_w=300.0)
    async with running(home):
        home.provider.says(EventReceived(shed("order", "13:00", "14:00", level=3)))
        await home.clock.advance(3 * HOUR)
        history = Means(cast("Any", home.router.reporter._baselines.keep([METER])[METER])).history()
    assert history
    assert history.mean(span("12:00", "13:00")) == pytest.approx(1300.0, abs=20)
    assert history.mean(span("13:15", "14:00")) is None
