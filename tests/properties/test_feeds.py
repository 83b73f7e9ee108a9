"""Whatever stands where in a feed's document, its parser gives prices or one sentence, and nothing else."""

import copy
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.errors import MessageError
from drrouter.tariff import read_tariff
from drrouter.tariff.feeds import Asked, read_feed
from drrouter.tariff.feeds.urdb import tariff_text
from tests.unit.tariff.feeds.test_entsoe import HEAD, period, time_series
from tests.unit.tariff.feeds.test_json_feeds import agile, awattar, midas, nord_pool, tibber
from tests.unit.tariff.feeds.test_urdb import plan

SPAN = ("2026-06-10T00:00:00Z", "2026-06-10T00:30:00Z")
DOCUMENTS: dict[str, Any] = {
    "awattar": awattar(10, -20),
    "octopus": agile((*SPAN, 20.0, None), more="https://x.example/?page=2"),
    "tibber": tibber([("2026-06-10T00:00:00Z", 0.1)]),
    "nord_pool": nord_pool({"SE3": 10.0}),
    "energyzero": {"base": [{"start": SPAN[0], "end": SPAN[1], "price": {"value": "0.1"}}]},
    "midas": midas(0.2, "$/kWh"),
}
OLD = {"Prices": [{"price": 0.24, "readingDate": SPAN[0]}]}

JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every node."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


def with_other(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The document with another value at the path."""
    if not path:
        return value
    made = copy.deepcopy(document)
    node = made
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return made


@pytest.mark.parametrize(("feed", "document"), [*DOCUMENTS.items(), ("energyzero", OLD)])
@given(data=st.data())
def test_a_value_out_of_place_never_breaks_a_parser(feed: str, document: Any, data: st.DataObject) -> None:
    broken = with_other(document, data.draw(st.sampled_from(places(document))), data.draw(JUNK))
    try:
        found = read_feed(feed, json.dumps(broken).encode(), "feed.json", Asked())
    except MessageError:
        return
    assert all(abs(price) <= 500 for _, price in found.rates.steps)


@given(st.data())
def test_a_value_out_of_place_never_breaks_the_parser_of_rate_plans(data: st.DataObject) -> None:
    rate = plan(
        fixedchargefirstmeter=9, demandratestructure=[[{"rate": 3}]], flatdemandstructure=[[{"rate": 4}]]
    )
    rate |= {"demandweekdayschedule": [[0] * 24] * 12, "demandweekendschedule": [[0] * 24] * 12}
    shallow = [place for place in places(rate) if len(place) < 4 and "schedule" not in str(place[:1])]
    broken = with_other(rate, data.draw(st.sampled_from(shallow)), data.draw(JUNK))
    try:
        text = tariff_text(json.dumps(broken).encode(), "rate.json", "acme.tou", "America/New_York")
    except MessageError:
        return
    assert text.startswith("# SPDX-License-Identifier")
    assert read_tariff(tariff_text(json.dumps(rate).encode(), "r", "acme.tou", "UTC").encode(), "t").peak


XML = (
    HEAD
    + time_series(period("2026-06-09T22:00Z", "2026-06-10T22:00Z", "PT60M", {1: 80, 4: -5}))
    + ("</Publication_MarketDocument>")
)
TEXTS = [match.span(1) for match in re.finditer(r">([^<>]+)<", XML)]


@given(st.sampled_from(TEXTS), st.text(max_size=12))
def test_a_text_out_of_place_never_breaks_the_parser_of_xml(span: tuple[int, int], text: str) -> None:
    broken = XML[: span[0]] + text + XML[span[1] :]
    try:
        read_feed("entsoe_a44", broken.encode("utf-8", "surrogatepass"), "a44.xml", Asked())
    except MessageError:
        return


@given(st.integers(0, len(XML)))
def test_half_of_an_xml_document_is_none(cut: int) -> None:
    if cut < len(XML):
        with pytest.raises(MessageError):
            read_feed("entsoe_a44", XML[:cut].encode(), "a44.xml", Asked())
