"""The verb that plays a home through days of virtual time, with seeded habits, orders and faults."""

import json as jsonlib
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drrouter.cli.exits import FAILURE
from drrouter.cli.progress import waiting
from drrouter.cli.words import date_of, money, named, number, parse_span, power, t

if TYPE_CHECKING:
    from drrouter.sim.simulate.report import SimulationLedger

MOST_DAYS = 3660


def simulate(
    home: Annotated[Path, typer.Argument(metavar="HOME.toml", help="The home file.", show_default=False)],
    start: Annotated[str, typer.Option("--from", metavar="DATE", help="The first local day.")] = "2023-07-29",
    days: Annotated[int, typer.Option("--days", min=1, max=MOST_DAYS, help="How many days.")] = 1,
    seed: Annotated[int, typer.Option("--seed", help="Of habits, orders and faults.")] = 1,
    replan: Annotated[
        str, typer.Option("--replan", metavar="SPAN", help="A new plan at least so often, such as 15m.")
    ] = "60m",
    poll: Annotated[
        str, typer.Option("--poll", metavar="SPAN", help="How often each device is read.")
    ] = "1m",
    faults: Annotated[
        str,
        typer.Option("--faults", metavar="NAMES", help="all, none, names or groups such as device,store."),
    ] = "none",
    prices: Annotated[
        Path | None,
        typer.Option("--prices", help="A CSV file: start_utc,price_eur_per_mwh.", show_default=False),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON, and nothing else.")] = False,
) -> None:
    """Play the true router in a simulation of your home, beside the same days without it.

    One seed always gives the same result. Prices are real where the bundled days or your file reach, else
    invented and called so. Exits with 1 where a rule was broken, and says how to play that again.

    Examples: `drrouter simulate home.toml --days 3`, `drrouter simulate home.toml --faults all --seed 4`,
    `drrouter simulate home.toml --from 2026-01-01 --days 31 --prices day-ahead.csv --json`
    """
    from drrouter.config import load_home
    from drrouter.sim.simulate.faults import chosen
    from drrouter.sim.simulate.prices import prices_for
    from drrouter.sim.simulate.report import draw_up
    from drrouter.sim.simulate.simulation import Plot, play, span_of

    loaded, day = load_home(home, environ=None), _day(start)
    series = prices_for(span_of(loaded, day, days), prices, seed, loaded.zone)
    plot = Plot(
        home=loaded,
        day=day,
        days=days,
        seed=seed,
        prices=series,
        faults=chosen(faults),
        replan=parse_span(replan),
        poll=parse_span(poll),
    )
    with waiting(t("progress.simulation", count=days, day=date_of(day))) as tell:
        ledger = draw_up(play(plot, tell))
    _tell(ledger, json)


def _tell(ledger: "SimulationLedger", json: bool) -> None:
    """The result on standard output; what was broken, and how to play it again, beside it."""
    if json:
        sys.stdout.write(jsonlib.dumps(ledger.as_json(), indent=2, ensure_ascii=False) + "\n")
    else:
        _show(ledger)
    if ledger.findings:
        sys.stderr.writelines(f"{line}\n" for line in ([] if json else ledger.findings))
        sys.stderr.write(t("simulate.again", command=ledger.replay) + "\n")
        raise typer.Exit(FAILURE)


def _day(text: str) -> date:
    """A calendar day."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(t("usage.day", text=text)) from error


def _show(ledger: "SimulationLedger") -> None:
    """The result for people: both houses side by side, then what else there is to say."""
    from drrouter.cli.screen import console, pairs, table

    out, currency = console(), ledger.currency
    rows = [
        (t("simulate.cost"), money(ledger.cost, currency), money(ledger.baseline_cost, currency)),
        (t("simulate.import"), _kwh(ledger.import_kwh), _kwh(ledger.baseline_import_kwh)),
        (t("simulate.peak"), power(ledger.peak_import_w), power(ledger.baseline_peak_import_w)),
        (t("simulate.exceeded"), str(ledger.limit_breaches), str(ledger.baseline_limit_breaches)),
        (t("simulate.late"), str(ledger.deadline_misses), str(ledger.baseline_deadline_misses)),
    ]
    heads = ("", t("simulate.with"), t("simulate.without"))
    out.print(table(heads, rows, frozenset(heads[1:])))
    rungs = ", ".join(f"{count} {named('solve', rung)}" for rung, count in ledger.rungs.items())
    faults = ", ".join(f"{name} {count}" for name, count in ledger.faults.items())
    obeyed = t("simulate.of", some=ledger.events_obeyed, all=ledger.events_total)
    out.print(
        pairs(
            (
                (t("simulate.saved"), t("simulate.saving", saving=money(ledger.saving, currency))),
                (t("simulate.prices"), ledger.prices),
                (t("simulate.obeyed"), obeyed),
                (t("simulate.plans"), rungs),
                (t("simulate.restarts"), str(ledger.restarts)),
                (t("simulate.faults"), faults or t("words.none")),
                (t("simulate.broken"), str(len(ledger.findings))),
            )
        )
    )


def _kwh(energy_kwh: float) -> str:
    return f"{number(energy_kwh, 1)} kWh"
