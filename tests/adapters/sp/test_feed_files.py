"""Price feeds out of files, of every kind of content; and under the certificates of their own authority."""

import json
import ssl
from pathlib import Path

import pytest
import trustme
from aiohttp import web

from drrouter.adapters.sp.feeds.provider import EVENT
from drrouter.domain.event import PayloadType
from drrouter.domain.signal import EventsComplete, LinkChanged
from tests.adapters.sp.peers import serving
from tests.adapters.sp.test_feeds import SP, Feed, awattar, lost, prices_of, rows


async def test_a_file_is_a_feed_too(tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    one = Feed(file=file)
    assert "cannot be read" in lost(await one.look())
    file.write_text(json.dumps({"data": rows(30)}), encoding="utf-8")
    assert prices_of(await one.look()) == [(0, 0.03)]
    await one.close()


@pytest.mark.parametrize(("direction", "counts"), [("import", (1, 0)), ("export", (0, 1)), ("both", (1, 1))])
async def test_prices_are_of_import_of_export_or_of_both(
    direction: str, counts: tuple[int, int], tmp_path: Path
) -> None:
    file = tmp_path / "prices.json"
    file.write_text(json.dumps({"data": rows(30)}), encoding="utf-8")
    one = Feed(file=file, direction=direction)
    signals = await one.look()
    kinds = (PayloadType.PRICE, PayloadType.EXPORT_PRICE)
    assert tuple(len(prices_of(signals, kind)) for kind in kinds) == counts
    await one.close()


async def test_what_energy_contains_is_told_beside_prices(tmp_path: Path) -> None:
    row = {
        "DateStart": "2026-06-10",
        "DateEnd": "2026-06-10",
        "TimeStart": "10:00:00",
        "TimeEnd": "10:59:59",
        "Value": 210,
        "Unit": "g/kWh CO2",
    }
    file = tmp_path / "midas.json"
    file.write_text(json.dumps({"ValueInformation": [row]}), encoding="utf-8")
    one = Feed(file=file, format="midas", currency="USD")
    assert prices_of(await one.look(), PayloadType.GHG) == [(0, 210)]
    await one.close()


async def test_an_empty_document_is_no_event_and_takes_none_back(tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    file.write_text('{"data": []}', encoding="utf-8")
    one = Feed(file=file)
    link, complete = await one.look()
    assert isinstance(link, LinkChanged)
    assert complete == EventsComplete(SP, frozenset({EVENT}), one.clock.now())
    await one.close()


async def test_a_feed_is_read_under_the_authority_that_is_named_for_it_alone(tmp_path: Path) -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return awattar(40)

    authority, ca_file = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    async with serving(answer, context) as port:
        trusting = Feed(f"https://localhost:{port}/prices", ca_file=ca_file)
        assert prices_of(await trusting.look()) == [(0, 0.04)]
        await trusting.close()
        other = Feed(f"https://localhost:{port}/prices")
        assert "not trusted for this provider" in lost(await other.look())
        await other.close()
