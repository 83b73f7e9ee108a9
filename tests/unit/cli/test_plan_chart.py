"""The chart shows each device's day in half hours of the site's time, and says why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from drrouter.cli import plan_chart
from drrouter.cli.words import LocalTime
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import slots
from drrouter.domain.plan import (
    CostSplit,
    DataRung,
    Explanation,
    Miss,
    MissKind,
    Plan,
    ScheduledCycle,
    SolveRung,
)
from drrouter.domain.rates import Rates

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
LOCAL = LocalTime.of("Europe/Amsterdam", NOON)
WASHER, FREEZER, CAR = DeviceId("washer"), DeviceId("freezer"), DeviceId("car")
NAMES = {WASHER: "Washing machine\x1b[31m", FREEZER: "Freezer", CAR: "Car"}


def a_plan(hours: int = 24) -> Plan:
    times = slots(NOON, NOON + timedelta(hours=hours))
    count = len(times)
    washer = tuple(1000.0 if 12 <= index < 20 else 0.0 for index in range(count))
    cycle = ScheduledCycle(WASHER, "eco", NOON + timedelta(hours=3), NOON + timedelta(hours=5), fixed=True)  # type: ignore[arg-type] # a name in one line
    return Plan(
        made_at=NOON,
        slots=times,
        currency="EUR",
        power_w={WASHER: washer, FREEZER: (50.0,) * count, CAR: (0.0,) * count},
        level={},
        cycles=(cycle,),
        grid_w=tuple(value + 50.0 for value in washer),
        misses=(
            Miss(MissKind.LEVEL, CAR, 1200.0, "Wh", "it is not plugged in"),
            Miss(MissKind.LIMIT, None, 0.5, "kWh", "the oven"),
        ),
        cost=CostSplit(import_cost=0.7, export_revenue=0.2),
        marginal_price=(9.9,) * count,
        headroom_w=(5000.0,) * count,
        solve_rung=SolveRung.OPTIMAL,
        data_rung=DataRung.LAST_PUBLISHED,
        explanations=(Explanation(WASHER, "It waits for the sun."),),
    )


def shown(capsys: pytest.CaptureFixture[str], plan: Plan | None) -> list[str]:
    plan_chart.show(plan, NAMES, LOCAL, _published(plan))
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def _published(plan: Plan | None) -> Rates:
    """Prices that rise through the plan; what a kWh more would cost under a limit is another thing."""
    return Rates(tuple((slot, 0.1 + 0.001 * index) for index, slot in enumerate(plan.slots if plan else ())))


def test_the_chart_stands_in_the_sites_time(capsys: pytest.CaptureFixture[str]) -> None:
    title, axis, price, washer, freezer, car, *rest = shown(capsys, a_plan())
    assert title == "Plan of 14:00, optimal on last published prices"
    assert axis.index("15") == 21 + 2  # two half hours after 14:00
    assert axis.split() == ["15", "18", "21", "00", "03", "06", "09", "12"]
    assert price.startswith("price                ▁")
    assert "█ 0.101 to 0.195 EUR" in price
    assert washer == f"Washing machine [31m {'·' * 6}████{'·' * 38}"[: len(washer)]
    assert freezer.endswith("█" * 48)
    assert car.endswith("·" * 48)
    text = "\n".join(rest)
    assert "17:00 to 19:00 (fixed). It waits for the sun." in text
    assert "runs from 14:00." in text
    assert "does not run." in text
    assert "0.50 EUR" in text
    assert "1.05 kW" in text
    assert "Car: level by 1200 Wh, it is not plugged in" in text
    assert "the site: limit by 0.5 kWh, the oven" in text
    assert "\x1b" not in text


def test_a_plan_that_begins_within_an_hour_is_labelled_where_the_hour_begins(
    capsys: pytest.CaptureFixture[str],
) -> None:
    begin = NOON + timedelta(minutes=50)
    plan = a_plan()
    times = slots(begin, begin + timedelta(hours=3))
    plan = replace(plan, slots=times, power_w={}, cycles=(), grid_w=())
    _, axis, price, *_ = shown(capsys, plan)
    assert axis.index("15") == 21  # the first half hour holds 15:00
    assert price.endswith("▁▂▄▅▇█ 0.101 to 0.111 EUR")


def test_without_a_plan_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert "There is no plan yet" in shown(capsys, None)[0]


def test_a_terminal_without_blocks_gets_letters(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rich.console.Console.encoding", "ascii")
    lines = shown(capsys, a_plan())
    assert all(line.isascii() for line in lines)
    assert "%%%%" in lines[3]


@pytest.mark.parametrize("width", [30, 40, 80])
def test_a_narrow_terminal_gets_as_much_of_the_day_as_it_has_room_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr("drrouter.cli.screen._WIDTH_OF_A_FILE", width)
    _, *lines = shown(capsys, a_plan())
    bars = [line for line in lines if "▁" in line or "·" in line or "██" in line]
    assert len(bars) == 4  # the price, and each device in one line
    assert max(map(len, lines)) <= width
    assert "0.101 to 0." in "\n".join(lines)
