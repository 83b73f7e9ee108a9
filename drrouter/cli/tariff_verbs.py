"""Verbs about tariffs: which there are, what a day or a load profile costs, and how to import one."""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drrouter.cli import completion
from drrouter.cli.progress import waiting
from drrouter.cli.words import date_of, number, t

if TYPE_CHECKING:
    from drrouter.domain.rates import Rates
    from drrouter.tariff import TariffDocument

_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_Tariff = Annotated[
    str,
    typer.Argument(
        metavar="TARIFF",
        help="An id of `drrouter tariff list`, or a file of your own.",
        show_default=False,
        autocompletion=completion.tariffs,
    ),
]
_Prices = Annotated[
    Path | None,
    typer.Option(
        "--prices",
        help="Published prices, for tariffs that follow a provider: CSV, start_utc,price_eur_per_mwh.",
        show_default=False,
    ),
]


def tariff_list(json: _Json = False) -> None:
    """List the tariffs that ship with drrouter, with their source.

    Examples: `drrouter tariff list`, `drrouter tariff list --json`
    """
    from drrouter.cli.answers import TariffHead
    from drrouter.cli.screen import console, print_json, table
    from drrouter.cli.tariff_answers import head
    from drrouter.config import shipped_tariffs
    from drrouter.tariff import read_tariff

    found = [read_tariff(file.read_bytes(), name) for name, file in sorted(shipped_tariffs().items())]
    if json:
        print_json(tuple[TariffHead, ...], tuple(head(one) for one in found))
        return
    rows = [(one.id, one.name, one.currency, _source(one)) for one in found]
    heads = [t(f"tariff.{name}") for name in ("id", "name", "currency", "source")]
    console().print(table(heads, rows))


def tariff_show(
    tariff: _Tariff,
    day: Annotated[
        str | None,
        typer.Option("--day", metavar="DATE", help="A local day; today without it.", show_default=False),
    ] = None,
    prices: _Prices = None,
    json: _Json = False,
) -> None:
    """Show what a kWh costs through a day, as a chart, and what is charged beside it.

    Examples: `drrouter tariff show ontario.tou_2024 --day 2025-01-15`,
    `drrouter tariff show mine.toml --json`,
    `drrouter tariff show netherlands.dynamic_2024 --day 2023-07-29 --prices day-ahead.csv`
    """
    from drrouter.cli import tariff_show as screen
    from drrouter.cli.answers import TariffDay
    from drrouter.cli.screen import print_json
    from drrouter.cli.tariff_answers import day_of
    from drrouter.tariff.overview import overview

    document = _read(tariff)
    view = overview(document, _day(day, document), _published(prices))
    if json:
        print_json(TariffDay, day_of(document, view))
    else:
        screen.show(document, view, _source(document))


def tariff_cost(
    tariff: _Tariff,
    profile: Annotated[
        Path,
        typer.Argument(
            metavar="PROFILE.csv",
            help="Your meter's data: start,kwh or start,import_kwh,export_kwh.",
            show_default=False,
        ),
    ],
    prices: _Prices = None,
    json: _Json = False,
) -> None:
    """Work out what a load profile costs under a tariff, by month and by part.

    Examples: `drrouter tariff cost ontario.tou_2024 meter.csv`,
    `drrouter tariff cost mine.toml meter.csv --json`,
    `drrouter tariff cost netherlands.dynamic_2024 meter.csv --prices day-ahead.csv`
    """
    from drrouter.cli import tariff_show as screen
    from drrouter.cli.answers import TariffCost
    from drrouter.cli.screen import print_json
    from drrouter.cli.tariff_answers import cost_of
    from drrouter.tariff import Published, monthly_bills
    from drrouter.tariff.profile_csv import read_profile

    document = _read(tariff)
    with waiting(t("progress.bill")):
        energies = read_profile(_bytes(profile), str(profile), document.zone)
        known = _published(prices)
        bills = monthly_bills(document, energies, Published(known, known))
    if json:
        print_json(TariffCost, cost_of(document, bills))
    else:
        screen.show_bills(document, bills)


def tariff_urdb(
    file: Annotated[
        Path, typer.Argument(metavar="RATE.json", help="One rate plan of OpenEI's URDB.", show_default=False)
    ],
    id: Annotated[str, typer.Option("--id", help="The id of the new tariff.")] = "my.tariff",
    zone: Annotated[
        str, typer.Option("--zone", help="The utility's time zone, which URDB does not say.")
    ] = "America/Los_Angeles",
) -> None:
    """Turn a rate plan of OpenEI's Utility Rate Database into a tariff file on standard output.

    Examples: `drrouter tariff urdb rate.json`,
    `drrouter tariff urdb rate.json --id acme.tou --zone America/New_York`
    """
    from drrouter.tariff import read_tariff
    from drrouter.tariff.feeds.urdb import tariff_text

    text = tariff_text(_bytes(file), str(file), id, zone)
    read_tariff(text.encode(), f"the tariff made of {file}")
    sys.stdout.write(text)


def tariff_replay(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="Of one feed, in the folder feeds beside the database.", show_default=False
        ),
    ],
    json: _Json = False,
) -> None:
    """Read again the documents that a price feed sent, as they were kept, and show their prices.

    Examples: `drrouter tariff replay feeds/market`, `drrouter tariff replay feeds/market --json`
    """
    from drrouter.adapters.sp.feeds.raw import RawDocuments, replayed
    from drrouter.cli.answers import Replay
    from drrouter.cli.screen import console, print_json, table
    from drrouter.cli.tariff_answers import replay_of
    from drrouter.errors import DocumentError

    looks = RawDocuments(folder).looks()
    if not looks:
        raise DocumentError(str(folder), "", "holds no documents of a feed", "Name the folder of one feed")
    prices, co2 = replayed(looks)
    if json:
        print_json(Replay, replay_of(looks, prices, co2))
        return
    rows = [
        (f"{one.at:%Y-%m-%d %H:%M} UTC", one.format, one.program, str(len(one.documents))) for one in looks
    ]
    heads = [t(f"replay.{name}") for name in ("read", "format", "program", "documents")]
    console().print(table(heads, rows))
    shown = [
        (step.start.isoformat(), step.end.isoformat(), number(value, 5))
        for step, value in (prices if prices.steps else co2).steps
    ]
    unit = t("replay.price") if prices.steps else t("replay.co2")
    console().print(table((t("tariff.from"), t("tariff.to"), unit), shown))


VERBS: dict[str, Callable[..., None]] = {
    "list": tariff_list,
    "show": tariff_show,
    "cost": tariff_cost,
    "urdb": tariff_urdb,
    "replay": tariff_replay,
}
"""Each under its name behind ``drrouter tariff``."""


def _read(name: str) -> "TariffDocument":
    """A shipped tariff by its id, or a file."""
    from drrouter.config import shipped_tariffs
    from drrouter.domain.remedy import nearest
    from drrouter.errors import DocumentError
    from drrouter.tariff import read_tariff

    shipped = shipped_tariffs()
    if name in shipped:
        return read_tariff(shipped[name].read_bytes(), name)
    if not Path(name).is_file():
        raise DocumentError(
            name, "", "is neither a tariff that ships nor a file", nearest(name, sorted(shipped))
        )
    return read_tariff(_bytes(Path(name)), name)


def _bytes(file: Path) -> bytes:
    """A whole file."""
    from drrouter.errors import DocumentError

    try:
        return file.read_bytes()
    except OSError as error:
        raise DocumentError(str(file), "", f"cannot be read ({error.strerror})", "Check the path") from error


def _published(file: Path | None) -> "Rates":
    """The provider's prices, none without a file."""
    from drrouter.domain.rates import Rates
    from drrouter.sim.simulate.prices import read_prices

    return Rates() if file is None else read_prices(file)


def _day(text: str | None, document: "TariffDocument") -> date:
    """A day of the tariff's calendar."""
    from drrouter.adapters.clock import SystemClock

    if text is None:
        return SystemClock().now().astimezone(document.zone).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(t("usage.day", text=text)) from error


def _source(document: "TariffDocument") -> str:
    """Where the figures come from, in a few words."""
    source = document.source
    if source is None:
        return t("tariff.example")
    typical = "" if source.exact else f", {t('tariff.typical')}"
    return f"{source.publisher}, {date_of(source.published)}{typical}"
