"""Draws a plan: a chart of a day in half hours, then when each device runs next and why.

                 14          17          20
price            ▄▄▄▄▅▅▆▆▇▇██▇▇▆▆▅▅▄▄▃▃▂▂
Washing machine  ······▆▆▆▆··············
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from rich.console import Console
from rich.text import Text

from drrouter.cli.screen import console, pairs
from drrouter.cli.words import LocalTime, money, named, number, power, t
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.plan import Plan
from drrouter.domain.rates import Rates
from drrouter.domain.words import clean

COLUMN = timedelta(minutes=30)
COLUMNS = 48
_NAME = 20
_HOURS_A_LABEL = 3
_RUNS_ABOVE_W = 5.0
_BLOCKS, _LETTERS = "▁▂▃▄▅▆▇█", ".:-=+*#%"


def show(plan: Plan | None, names: Mapping[DeviceId, str], local: LocalTime, prices: Rates) -> None:
    """The whole plan on standard output, under the prices of import as they are known."""
    out = console()
    if plan is None:
        out.print(t("plan.none"))
        return
    solve, data = named("solve", plan.solve_rung.value), named("data", plan.data_rung.value)
    out.print(t("plan.title", at=local.say(plan.made_at), solve=solve, data=data), style="bold")
    _chart(out, plan, names, local, prices)
    out.print()
    if runs := _next_runs(plan, names, local):
        out.print(pairs(runs))
        out.print()
    out.print(pairs(_sums(plan, names, local)))


def _chart(out: Console, plan: Plan, names: Mapping[DeviceId, str], local: LocalTime, known: Rates) -> None:
    columns = _columns(plan, min(COLUMNS, max(out.width - _NAME - 1, 1)))
    levels = _BLOCKS if (out.encoding or "").lower().startswith("utf") else _LETTERS
    empty = "·" if levels is _BLOCKS else " "
    out.print(Text(" " * (_NAME + 1) + _axis(columns, local), style="dim"))
    prices = [known.mean(column) for column in columns]
    price_bars = _bars(prices, levels, empty, from_zero=False)
    drawn, told = f"{t('plan.price'):<{_NAME}} {price_bars}", _range(prices, plan.currency)
    fits = len(drawn) + 1 + len(told) <= out.width
    out.print(Text(f"{drawn} {told}" if fits else f"{drawn}\n{told:>{len(drawn)}}", style="cyan"))
    for device_id, power_w in plan.power_w.items():
        name = clean(names.get(device_id, device_id), _NAME)
        out.print(
            Text(f"{name:<{_NAME}} " + _bars(_means(plan, power_w, columns), levels, empty, from_zero=True))
        )


def _columns(plan: Plan, most: int) -> list[Interval]:
    """The half hours of the chart, from the plan's begin, as many as there is room for."""
    begin, end = plan.slots[0].start, plan.slots[-1].end
    starts = [begin + COLUMN * number for number in range(most)]
    return [Interval(start, start + COLUMN) for start in starts if start < end]


def _means(plan: Plan, values: Sequence[float], columns: Sequence[Interval]) -> list[float | None]:
    """The mean of the values over each column, None where the plan says nothing."""
    means: list[float | None] = []
    for column in columns:
        shares = [
            (slot.overlap_hours(column), value) for slot, value in zip(plan.slots, values, strict=False)
        ]
        hours = sum(share for share, _ in shares)
        means.append(sum(share * value for share, value in shares) / hours if hours else None)
    return means


def _bars(values: Sequence[float | None], levels: str, empty: str, *, from_zero: bool) -> str:
    """One character a value, as high as the value is between the lowest (or zero) and the highest."""
    known = [value for value in values if value is not None]
    low, high = (0.0 if from_zero else min(known, default=0.0)), max(known, default=0.0)
    drawn = []
    for value in values:
        if value is None or (from_zero and value < _RUNS_ABOVE_W):
            drawn.append(empty)
        else:
            share = (value - low) / (high - low) if high > low else 0.5
            drawn.append(levels[min(int(share * len(levels)), len(levels) - 1)])
    return "".join(drawn)


def _range(prices: Sequence[float | None], currency: str) -> str:
    """From the lowest to the highest price, per kWh."""
    known = [price for price in prices if price is not None]
    return (
        t("words.from_to", start=number(min(known), 3), end=money(max(known), currency, 3)) if known else ""
    )


def _axis(columns: Sequence[Interval], local: LocalTime) -> str:
    """Local hours above the columns in which they begin."""
    line = [" "] * (len(columns) + 2)
    for place, column in enumerate(columns):
        last = (column.end - timedelta(microseconds=1)).astimezone(local.zone)
        begins = timedelta(minutes=last.minute) < COLUMN
        if begins and last.hour % _HOURS_A_LABEL == 0:
            line[place : place + 2] = f"{last:%H}"
    return "".join(line).rstrip()


def _next_runs(plan: Plan, names: Mapping[DeviceId, str], local: LocalTime) -> list[tuple[str, str]]:
    """When each device runs next, and why."""
    rows = []
    for device_id in dict.fromkeys([*(cycle.device_id for cycle in plan.cycles), *plan.power_w]):
        reason = plan.explanation_of(device_id)
        why = local.explain(reason.reasons, reason.text, 300) if reason else ""
        text = f"{_when(plan, device_id, local)}. {why}".strip()
        rows.append((clean(names.get(device_id, device_id), _NAME), text))
    return rows


def _when(plan: Plan, device_id: DeviceId, local: LocalTime) -> str:
    cycle = plan.cycle_of(device_id)
    if cycle:
        key = "plan.fixed" if cycle.fixed else "words.from_to"
        return t(key, start=local.say(cycle.start), end=local.say(cycle.end))
    begin = _first_run(plan, device_id)
    return t("plan.runs_from", start=local.say(begin)) if begin else t("plan.does_not_run")


def _first_run(plan: Plan, device_id: DeviceId) -> datetime | None:
    powers = zip(plan.slots, plan.power_w.get(device_id, ()), strict=False)
    return next((slot.start for slot, power_w in powers if power_w >= _RUNS_ABOVE_W), None)


def _sums(plan: Plan, names: Mapping[DeviceId, str], local: LocalTime) -> list[tuple[str, str]]:
    """What the plan costs, and what it misses."""
    peak_w = max(plan.grid_w, default=0.0)
    rows = [
        (t("plan.cost"), money(plan.cost.money, plan.currency)),
        (t("plan.peak"), power(max(peak_w, 0.0))),
    ]
    for miss in plan.misses:
        whom = clean(names.get(miss.device_id, miss.device_id), 40) if miss.device_id else t("plan.site")
        amount = f"{number(miss.amount)} {clean(miss.unit, 10)}"
        cause = local.explain([miss.reason], miss.cause)
        what = named("miss", miss.kind.value)
        rows.append((t("plan.misses"), t("plan.miss", whom=whom, what=what, amount=amount, cause=cause)))
    return rows
