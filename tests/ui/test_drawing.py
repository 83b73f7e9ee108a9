"""What the drawings say: hours of odd days, events of each kind, assumed prices, wishes and misses."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.ids import EventId, ProgramId
from drrouter.domain.interval import slots
from drrouter.domain.plan import DataRung, Plan
from drrouter.domain.timeline import TariffRates, resolve
from drrouter.domain.wish import LevelWish
from drrouter_ui import open_screens
from drrouter_ui.app import RouterApp
from drrouter_ui.draw.chart import chart
from drrouter_ui.draw.columns import picture
from drrouter_ui.draw.facts import facts
from drrouter_ui.draw.headline import headline
from drrouter_ui.draw.pen import ASCII, LETTERS
from drrouter_ui.draw.rows import cells, reason
from drrouter_ui.draw.why import why
from drrouter_ui.seen import Seen
from tests.builders import CAR, FREEZER, HOUR, HVAC, NOON, SP, WASHER, at, span
from tests.ui.conftest import Served
from tests.ui.home import NOW, FullHome, full_plan

WIDTH, HEIGHT = 80, 12


@pytest.fixture
def home() -> FullHome:
    return FullHome(SimulatedClock(NOW))


def seen(home: FullHome) -> Seen:
    return Seen(home.status(), home.plan(), home.devices(), home.timeline())


def drawn(view: Seen, width: int = WIDTH, height: int = HEIGHT) -> list[str]:
    return [row.plain for row in chart(view, width, height, ASCII)]


def on(view: Seen, start: str, hours: int = 24) -> Seen:
    """The same, with a plan of 24 hours from this instant on."""
    begin = datetime.fromisoformat(start)
    times = slots(begin, begin + hours * HOUR)
    plan = replace(
        full_plan(),
        slots=times,
        grid_w=(100.0,) * len(times),
        power_w={},
        marginal_price=(0.1,) * len(times),
        made_at=begin,
    )
    return replace(view, status=replace(view.status, now=begin), plan=plan)


@pytest.mark.parametrize("width", [1, 9, 10, 40, 80, 500])
@pytest.mark.parametrize("height", [0, 1, 3, 6, 30])
def test_the_chart_has_exactly_the_room_that_it_is_given(home: FullHome, width: int, height: int) -> None:
    rows = drawn(seen(home), width, height)
    assert len(rows) == height
    assert max((len(row) for row in rows), default=0) <= width


@pytest.mark.parametrize(
    ("start", "axis"),
    [
        ("2026-03-28T23:00+00:00", "Sun   03   06     09"),  # at 02:00 the clock goes to 03:00
        ("2026-10-24T22:00+00:00", "Sun       03     06    09"),  # 02:00 comes twice
    ],
)
def test_the_axis_follows_the_clock_of_the_site_also_on_the_days_when_it_changes(
    home: FullHome, start: str, axis: str
) -> None:
    (line,) = (row for row in drawn(on(seen(home), start)) if row.startswith("EUR/kWh"))
    hours = line[8:]
    three, six = hours.index("03"), hours.index("06")
    assert axis.split() == hours.split()[:4]
    assert six - three == 9  # three hours of three columns
    assert three - hours.index("Sun") == (6 if "03-28" in start else 12)


def test_a_zone_that_is_half_an_hour_off_has_its_own_hours(home: FullHome) -> None:
    view = on(seen(home), "2026-06-01T12:50+00:00")
    view = replace(view, status=replace(view.status, time_zone="Asia/Kolkata"))  # 18:20 there
    assert view.plan
    shown = picture(view, view.plan, 72)
    assert shown.columns[0].span.start == datetime.fromisoformat("2026-06-01T12:30+00:00")
    assert "18" in next(row for row in drawn(view) if row.startswith("EUR/kWh"))


def test_a_plan_for_longer_than_a_day_has_coarser_columns_on_a_narrow_screen(home: FullHome) -> None:
    view = on(seen(home), "2026-06-01T12:00+00:00", hours=48)
    assert view.plan
    steps = {
        width: picture(view, view.plan, width).columns[0].span.duration for width in (3, 12, 24, 72, 112, 290)
    }
    assert [step / timedelta(minutes=1) for step in steps.values()] == [240, 120, 60, 20, 15, 5]


def test_events_of_each_kind_are_named_where_there_is_room(home: FullHome) -> None:
    payloads = (
        Payload(PayloadType.SIMPLE, span("13:00", "14:00"), 2.0),
        Payload(PayloadType.ALERT_GRID_EMERGENCY, span("20:00", "21:00"), 1.0, "Save power."),
        Payload(PayloadType.IMPORT_CAPACITY_LIMIT, span("33:00", "36:00"), 1500.0),
    )
    event = Event(EventId("e"), SP, ProgramId("p"), "e", NOON, payloads)
    only_car = replace(event, id=EventId("c"), targets=("car",))
    timeline = resolve([event], TariffRates(), {})
    (row,) = (row for row in drawn(replace(seen(home), timeline=timeline)) if "events" in row)
    assert row == " events    === shed 2           === emergency            limit 1.50 kW ========="
    timeline = resolve([only_car], TariffRates(), {"car": (CAR,)})
    (row,) = (row for row in drawn(replace(seen(home), timeline=timeline)) if "events" in row)
    assert "shed 2 for car" in row
    assert "/" not in "".join(drawn(replace(seen(home), timeline=timeline))[:5])  # the site has no limit


def test_a_price_that_nobody_published_is_only_hinted_at(home: FullHome) -> None:
    rows = drawn(seen(home))
    assert "?" in "".join(rows)
    assert home.the_plan
    guessed = replace(seen(home), plan=replace(home.the_plan, data_rung=DataRung.BEST_PRACTICE))
    assert "#" not in "".join(drawn(guessed)[-4:-2])
    bare = replace(seen(home), timeline=resolve([], TariffRates(), {}))
    prices = drawn(bare)[-4:-2]
    assert "#" not in "".join(prices)
    nothing = replace(bare, plan=replace(home.the_plan, marginal_price=()))
    assert drawn(nothing)[-4:-2] == [" " * 8 + " " * 72] * 2


def test_a_price_that_stands_in_for_one_to_come_is_only_hinted_at(home: FullHome) -> None:
    assert home.the_plan
    known = seen(home)
    some = replace(known, status=replace(known.status, prices_until=at("15:00")))
    columns = picture(some, home.the_plan, 96).columns
    assert any(column.published for column in columns)
    assert all(column.published == (column.span.start < at("15:00")) for column in columns)


def test_what_a_car_has_taken_is_not_what_it_holds(home: FullHome) -> None:
    home.states[CAR] = replace(home.states[CAR], level=500.0)
    car = next(view for view in home.devices() if view.profile.id == CAR)
    assert ("Level", "0.5 kWh") in facts(car, seen(home))
    assert ("Level", "0.5 kWh since it came") in facts(replace(car, counts_level=True), seen(home))


def test_letters_differ_and_are_taken_from_the_names(home: FullHome) -> None:
    names = {FREEZER: "Freezer", WASHER: "Fridge", CAR: "洗", HVAC: "Fan"}
    home.profiles = FullHome(home.clock, names).profiles
    assert home.the_plan
    shown = picture(seen(home), home.the_plan, 60)
    assert [layer.letter for layer in shown.layers] == [":", "F", "R", "A", "N"]


def test_a_load_that_gives_back_power_is_drawn_as_none(home: FullHome) -> None:
    assert home.the_plan
    power_w = {CAR: (-500.0,) * len(home.the_plan.slots)}
    view = replace(seen(home), plan=replace(home.the_plan, power_w=power_w))
    assert "C" not in "".join(row[8:] for row in drawn(view)[:-1])


def test_a_row_tells_a_wish_for_a_level_in_its_unit(home: FullHome) -> None:
    home.wishes = {
        CAR: LevelWish(CAR, 26_000.0, at("29:00")),
        FREEZER: LevelWish(FREEZER, -20.0, at("14:00")),
    }
    view = seen(home)
    rows = {row.profile.id: cells(row, view, LETTERS) for row in view.devices}
    assert rows[CAR][-1] == "26 kWh by Tue 07:00"
    assert rows[FREEZER][-1] == "-20 °C by 16:00"
    assert rows[HVAC][2] == "now"


def test_a_row_says_what_is_not_known(home: FullHome) -> None:
    view = seen(home)
    device = view.devices[0]
    unread = replace(device, state=replace(device.state, on=None))
    idle = replace(device, state=replace(device.state, on=True, power_w=0.2))
    assert cells(unread, replace(view, plan=None), LETTERS)[1:3] == ("-", "-")
    giving = replace(device, state=replace(device.state, on=True, power_w=-1500.0))
    assert cells(idle, view, LETTERS, here=True)[:2] == ("▸ Freezer", "on, idle")
    assert cells(giving, view, LETTERS)[1] == "gives 1.5 kW"


def test_why_leaves_out_what_is_not_known(home: FullHome) -> None:
    view = seen(home)
    freezer = replace(view.devices[0], band=None)
    names = [name for name, _ in why(freezer, view)]
    assert names == ["now", "energy", "the plan", "new in it"]
    cooling = next(row for row in view.devices if row.profile.id == HVAC)
    assert "saved" not in [name for name, _ in why(cooling, view)]


def test_the_head_says_what_it_knows_and_leaves_out_what_has_no_room(home: FullHome) -> None:
    view = seen(home)
    bare = replace(
        view,
        plan=None,
        status=replace(
            view.status, price_per_kwh=None, limit_w=2200.0, plan_made_at=None, co2_g_per_kwh=None
        ),
    )
    values = headline(bare, 120, LETTERS)[2].plain
    assert values == "price now unknown   devices use 1.36 kW   limit 2.20 kW"
    assert headline(view, 30, LETTERS)[-1].plain == "price now 0.210 EUR/kWh"
    assert "CO2 310 g/kWh" in headline(view, 200, LETTERS)[2].plain


async def test_the_screens_are_opened_with_what_is_seen_at_once(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[RouterApp] = []

    async def run_async(self: RouterApp) -> None:
        opened.append(self)

    monkeypatch.setattr(RouterApp, "run_async", run_async)
    await open_screens(served.client)
    assert len(opened) == 1


def test_a_plan_without_slots_is_none(home: FullHome) -> None:
    plan: Plan = replace(full_plan(), slots=())
    assert drawn(replace(seen(home), plan=plan))[0].startswith("There is no plan yet")


def test_the_line_below_the_table_says_no_reason_twice(home: FullHome) -> None:
    view = seen(home)
    washer, cooling = view.devices[1], view.devices[-1]
    (planned,) = (text.text for text in full_plan().explanations if text.device_id == WASHER)
    unplanned = replace(view, plan=None)
    older = replace(washer, because="Washer starts at 21:00 and is ready at 22:30.")
    assert reason(older, view) == planned
    assert reason(replace(washer, because="rests."), view) == f"Now: rests. {planned}"
    assert (
        reason(replace(cooling, because="switched off by the owner"), unplanned)
        == "Now: switched off by the owner."
    )
    assert (
        reason(replace(older, because=""), unplanned) == "The router has not said yet what it does with it."
    )
    assert reason(older, unplanned) == "Now: Washer starts at 21:00 and is ready at 22:30."
