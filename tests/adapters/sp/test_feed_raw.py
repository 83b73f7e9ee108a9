"""What a feed sent is kept as it came, read again to the same series, bounded, private, and never trusted."""

import json
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from drrouter.adapters.sp.feeds.raw import Look, RawDocuments, replayed
from drrouter.cli import main
from drrouter.config import load_home
from drrouter.config.uplinks import feed_settings
from drrouter.domain.rates import Rates
from drrouter.errors import DocumentError, MessageError
from drrouter.tariff.feeds import Asked
from tests.adapters.sp.test_feeds import HOUR, NOW, awattar, feed, rows
from tests.unit.config.homes import SITE
from tests.unit.config.test_feeds import FEED


def look(*prices: float, after: timedelta = timedelta(), name: str = "https://a.example/prices") -> Look:
    data = json.dumps({"data": rows(*prices, start=NOW + after)}).encode()
    return Look(NOW + after, "awattar", Asked("", "EUR"), ((name, data),))


def steps(rates: Rates) -> list[tuple[str, float]]:
    return [(interval.start.isoformat(), value) for interval, value in rates.steps]


async def test_the_series_read_again_from_what_was_kept_is_the_one_in_force(tmp_path: Path) -> None:
    answers = [awattar(80, 90, 100), awattar(80, 90, 100), awattar(95, 70, start=NOW + HOUR)]
    async with feed(lambda _: answers.pop(0), poll_s=900.0, keep_in=tmp_path / "feeds" / "market") as market:
        for _ in range(3):
            await market.look()
        in_force = market.provider._prices
    kept = RawDocuments(tmp_path / "feeds" / "market").looks()
    assert [one.at for one in kept] == [NOW, NOW + timedelta(minutes=30)]
    prices, co2 = replayed(kept)
    assert steps(prices) == steps(in_force)
    assert [value for _, value in steps(prices)] == pytest.approx([0.08, 0.095, 0.07])
    assert not co2.steps


async def test_documents_that_no_parser_can_read_are_not_kept(tmp_path: Path) -> None:
    async with feed(lambda _: web.Response(text="<html>log in</html>"), keep_in=tmp_path / "raw") as market:
        await market.look()
    assert RawDocuments(tmp_path / "raw").looks() == []


async def test_a_disk_that_takes_nothing_costs_no_price_and_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "feeds").write_text("in the way")
    async with feed(lambda _: awattar(80), keep_in=tmp_path / "feeds" / "market") as market:
        assert len(await market.look()) == 3
        await market.look()
        assert market.provider._prices.steps
        (tmp_path / "feeds").unlink()
        await market.look()
    warned = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert ["its documents are not kept" in record.getMessage() for record in warned] == [True]
    assert len(RawDocuments(tmp_path / "feeds" / "market").looks()) == 1


def test_what_is_kept_is_private_and_kept_once(tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    kept = RawDocuments(folder)
    for hour in range(3):
        kept.keep(look(80, after=hour * HOUR) if hour else look(80))
    kept.keep(Look(NOW + 9 * HOUR, "awattar", Asked("", "EUR"), look(80, after=2 * HOUR).documents))
    assert folder.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir())
    assert len([*folder.glob("*.json")]) == len([*folder.glob("*.raw")]) == 3


def test_old_looks_go_by_their_number_and_by_their_bytes_and_the_newest_stays(tmp_path: Path) -> None:
    few = RawDocuments(tmp_path / "few", most_looks=2)
    for hour in range(5):
        few.keep(look(float(hour), after=hour * HOUR))
    assert [one.at for one in few.looks()] == [NOW + 3 * HOUR, NOW + 4 * HOUR]
    assert len([*(tmp_path / "few").glob("*.raw")]) == 2
    size = len(look(1.0).documents[0][1])
    small = RawDocuments(tmp_path / "small", most_bytes=2 * size)
    for hour in range(5):
        small.keep(look(float(hour), after=hour * HOUR))
    assert len(small.looks()) == 2
    tiny = RawDocuments(tmp_path / "tiny", most_bytes=1)
    for hour in range(3):
        tiny.keep(look(float(hour), after=hour * HOUR))
    assert [one.at for one in tiny.looks()] == [NOW + 2 * HOUR]


@pytest.mark.parametrize("harm", ["changed", "gone", "manifest", "elsewhere"])
def test_what_is_not_what_came_is_not_replayed(tmp_path: Path, harm: str) -> None:
    kept = RawDocuments(tmp_path)
    kept.keep(look(80))
    (raw,), (manifest,) = tmp_path.glob("*.raw"), tmp_path.glob("*.json")
    if harm == "changed":
        raw.write_bytes(b"{}")
    elif harm == "gone":
        raw.unlink()
    elif harm == "manifest":
        manifest.write_text("{")
    else:
        manifest.write_text(manifest.read_text().replace(raw.stem, "../../etc/passwd"))
    with pytest.raises(DocumentError):
        kept.looks()


def test_a_document_that_was_made_smaller_meanwhile_counts_as_nothing(tmp_path: Path) -> None:
    kept = RawDocuments(tmp_path)
    kept.keep(look(80))
    (raw,) = tmp_path.glob("*.raw")
    raw.unlink()
    kept.keep(look(90, after=HOUR))
    assert len([*tmp_path.glob("*.json")]) == 2


def test_the_command_shows_what_was_kept_and_its_prices(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = RawDocuments(tmp_path)
    kept.keep(look(80, 90))
    assert main(["tariff", "replay", str(tmp_path), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [step["value"] for step in shown["price_per_kwh"]] == pytest.approx([0.08, 0.09])
    assert shown["kept"][0]["format"] == "awattar"
    assert shown["kept"][0]["documents"] == ["https://a.example/prices"]
    assert main(["tariff", "replay", str(tmp_path)]) == 0
    assert "0.08000" in capsys.readouterr().out
    assert main(["tariff", "replay", str(tmp_path / "nothing")]) == 1
    assert "holds no documents of a feed" in capsys.readouterr().err


def test_a_format_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    kept = RawDocuments(tmp_path)
    kept.keep(Look(NOW, "forgotten", Asked(), (("a file", b"{}"),)))
    with pytest.raises(MessageError, match="is no feed"):
        replayed(kept.looks())


def test_a_home_keeps_them_beside_its_database(tmp_path: Path) -> None:
    (tmp_path / "home.toml").write_text(SITE + FEED + 'file = "prices.xml"\n')
    home = load_home(tmp_path / "home.toml", environ=None)
    assert feed_settings(home.feeds[0], home).keep_in == tmp_path / "feeds" / "market"
