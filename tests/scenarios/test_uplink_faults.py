"""Faults on the way between provider and router leave no trace in the end (R3, R5, A1); ten thousand events
are a bench."""

import asyncio
import json
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from drrouter.domain.interval import Interval
from tests.memory_net import Link, MemoryLoop, run
from tests.uplink.agenda import AFTERWARDS, DAY, MINUTE, Version, agenda_of, month_of, versions_of
from tests.uplink.month import play
from tests.uplink.outcome import Outcome, event_id_of
from tests.uplink.verdict import REACH, compare


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_day_of_faults_leaves_timeline_and_outbox_as_without_faults(seed: int, tmp_path: Path) -> None:
    _play_and_compare(300, seed, tmp_path)


@pytest.mark.timeout(300)
def test_a_few_events_among_faults_end_as_without_faults(tmp_path: Path) -> None:
    _play_and_compare(40, 4, tmp_path)


def _play_and_compare(events: int, seed: int, folder: Path) -> None:
    month = month_of(1)
    versions = versions_of(agenda_of(events, month, seed), month.end + AFTERWARDS)
    calm = play(events, 1, seed, folder / "calm", faulty=False)
    rough = play(events, 1, seed, folder / "rough", faulty=True)
    verdict = compare(calm, rough, versions)
    assert verdict.faults == {}
    assert len(calm.reports) > events
    assert verdict.excused < len(calm.reports) / 5
    assert rough.struck["lost"]
    assert rough.struck["late"]
    assert rough.struck["lives"] > 1


# The judge sees what it should

RECEIPT, LATER = "2026-10-10T08:00:00+00:00", "2026-10-10T09:00:00+00:00"
WHEN = month_of(1).start + 8 * 60 * MINUTE


def said(version: str, kind: str = "X_RECEIPT", key: str = "e") -> str:
    return json.dumps([event_id_of(key), f"{kind} {version}", "home", "home", {kind: [version]}])


def outcome(*reports: str) -> Outcome:
    told = {
        ("e", "home"): [(kind, values[0]) for one in reports for kind, values in json.loads(one)[4].items()]
    }
    made = Outcome(timelines=[{"limits": [1]}], events=[{"e": {"id": "e"}}], final={"limits": [1]}, told=told)
    made.reports, made.said_at = set(reports), dict.fromkeys(reports, WHEN)
    return made


VERSIONS = (Version("e", WHEN, WHEN + 60 * MINUTE, WHEN + DAY),)


def test_two_runs_that_say_the_same_are_equal() -> None:
    assert compare(outcome(said(RECEIPT)), outcome(said(RECEIPT)), VERSIONS).faults == {}


@pytest.mark.parametrize("part", ["timelines", "events", "final"])
def test_a_difference_in_what_holds_is_seen(part: str) -> None:
    other = deepcopy(outcome())
    setattr(other, part, [{"e": {"id": "x"}}] if part == "events" else [{}] if part == "timelines" else {})
    assert set(compare(outcome(), other, VERSIONS).faults) == {part}


def test_a_receipt_that_is_missing_or_too_many_or_out_of_order_is_seen() -> None:
    both, one = (said(RECEIPT), said(LATER)), said(RECEIPT)
    assert set(compare(outcome(one), outcome(), VERSIONS).faults) == {"missing"}
    assert set(compare(outcome(), outcome(one), VERSIONS).faults) == {"strange"}
    assert set(compare(outcome(*both), outcome(*both[::-1]), VERSIONS).faults) == {"disordered"}
    doubled = outcome(one)
    doubled.doubled = ["receipt of e"]
    assert set(compare(outcome(one), doubled, VERSIONS).faults) == {"doubled"}
    left = outcome(one)
    left.left = 1
    assert set(compare(outcome(one), left, VERSIONS).faults) == {"left"}


def test_a_receipt_may_be_missing_only_where_trouble_left_no_time_to_read_the_version() -> None:
    missing = outcome()
    missing.troubles = (Interval(WHEN + REACH - MINUTE, WHEN + 60 * MINUTE),)
    found = compare(outcome(said(RECEIPT)), missing, VERSIONS)
    assert (found.faults, found.excused, found.excusable) == ({}, 1, 1)
    missing.troubles = (Interval(WHEN + REACH, WHEN + 60 * MINUTE),)
    assert set(compare(outcome(said(RECEIPT)), missing, VERSIONS).faults) == {"missing"}


OLD = Version("e", WHEN - DAY, WHEN + DAY, WHEN + DAY, begins_at=WHEN - DAY, targets=("relay_1",))
OLD_VERSION = OLD.written_at.isoformat()
DONE = said(OLD_VERSION, "X_DONE")


def test_trouble_alone_explains_no_difference_of_an_outcome() -> None:
    differs = outcome()
    differs.troubles = (Interval(WHEN - MINUTE, WHEN + MINUTE),)
    assert set(compare(outcome(DONE), differs, (OLD,)).faults) == {"missing"}


@pytest.mark.parametrize(("before", "faults"), [(REACH, set()), (REACH + MINUTE, {"missing"})])
def test_an_outcome_may_differ_where_its_event_was_withdrawn_shortly_before(
    before: timedelta, faults: set[str]
) -> None:
    withdrawn = (replace(OLD, gone_at=WHEN - before),)
    assert set(compare(outcome(DONE), outcome(), withdrawn).faults) == faults


def beside(**fields: Any) -> Version:
    """Another order for the same devices, withdrawn a minute before something is said."""
    return replace(OLD, key="another", gone_at=WHEN - MINUTE, **fields)


def test_an_outcome_may_differ_where_an_order_beside_it_changed_shortly_before() -> None:
    assert compare(outcome(DONE), outcome(), (OLD, beside())).faults == {}


@pytest.mark.parametrize(
    "other",
    [
        beside(kind="PRICE"),
        beside(targets=("cars",)),
        beside(ends_at=WHEN - 2 * DAY),
        beside(begins_at=WHEN + 2 * DAY),
        replace(beside(), gone_at=WHEN + MINUTE),
        replace(beside(), gone_at=WHEN - REACH - MINUTE),
    ],
    ids=[
        "another type",
        "another device",
        "over before",
        "begins later",
        "withdrawn later",
        "long withdrawn",
    ],
)
def test_an_order_that_has_nothing_to_do_with_it_explains_no_difference(other: Version) -> None:
    assert set(compare(outcome(DONE), outcome(), (OLD, other)).faults) == {"missing"}


@pytest.mark.parametrize(("heard", "faults"), [(MINUTE, set()), (-MINUTE, {"missing"})])
def test_an_order_beside_explains_a_difference_only_until_both_runs_have_heard_of_it(
    heard: timedelta, faults: set[str]
) -> None:
    written = WHEN - 10 * MINUTE
    other = replace(OLD, key="another", written_at=written)
    receipt = said(written.isoformat(), key="another")
    calm, rough = outcome(DONE, receipt), outcome(receipt)
    calm.said_at[receipt], rough.said_at[receipt] = written, WHEN + heard
    assert set(compare(calm, rough, (OLD, other)).faults) == faults


def test_an_order_that_starts_when_it_is_read_explains_a_difference_until_it_is_over_in_both_runs() -> None:
    written = WHEN - 5 * 60 * MINUTE
    other = replace(
        OLD,
        key="another",
        written_at=written,
        begins_at=written,
        ends_at=written + 60 * MINUTE,
        starts_now=True,
    )
    receipt = said(written.isoformat(), key="another")
    for late, faults in ((4 * 60, set()), (3 * 60, {"missing"})):
        calm, rough = outcome(DONE, receipt), outcome(receipt)
        calm.said_at[receipt], rough.said_at[receipt] = written, written + late * MINUTE
        assert set(compare(calm, rough, (OLD, other)).faults) == faults


def test_an_end_may_differ_where_the_start_does_and_only_there() -> None:
    started, impossible = said(OLD_VERSION, "X_STARTED"), said(OLD_VERSION, "X_IMPOSSIBLE")
    calm, rough, other = (
        outcome(started, DONE),
        outcome(impossible),
        replace(beside(), gone_at=WHEN - 3 * REACH),
    )
    assert set(compare(calm, rough, (OLD, other)).faults) == {"missing", "strange"}
    calm.said_at[started] = WHEN - 3 * REACH
    assert compare(calm, rough, (OLD, other)).faults == {}
    calm, rough = outcome(started, DONE), outcome(started, impossible)
    assert set(compare(calm, rough, (OLD, other)).faults) == {"missing", "strange"}


def test_a_withdrawal_is_heard_of_when_link_router_and_disk_were_well_for_long_enough() -> None:
    withdrawn, differs = (replace(OLD, gone_at=WHEN - 2 * REACH),), outcome()
    for trouble, faults in ((WHEN - 1.5 * REACH, set()), (WHEN - REACH, {"missing"})):
        differs.troubles = (Interval(trouble, trouble + REACH / 2),)
        assert set(compare(outcome(DONE), differs, withdrawn).faults) == faults


# The network carries true bytes, and breaks where it is told to


class Weak(Link):
    """As bad as a test wants it."""

    def __init__(self, down: bool = False, silent: bool = False, breaks: int | None = None) -> None:
        super().__init__()
        self.down, self.silent, self.breaks = down, silent, breaks

    @property
    def is_down(self) -> bool:
        return self.down

    @property
    def is_silent(self) -> bool:
        return self.silent

    def breaks_after(self, size: int, is_answer: bool) -> int | None:
        return self.breaks if is_answer else None


async def _asked(link: Link) -> str:
    """The answer of a true web server to a true client over this link."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=(await request.text()).upper())

    app = web.Application()
    app.router.add_post("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 80).start()
    loop = asyncio.get_running_loop()
    assert isinstance(loop, MemoryLoop)
    loop.links = {81: (80, link)}
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http,
            http.post("http://127.0.0.1:81/", data="x" * 100_000) as answered,
        ):
            return f"{await answered.text()} after {loop.time():.0f} s"
    finally:
        await runner.cleanup()


def test_bytes_come_whole_and_in_no_time() -> None:
    assert run(_asked(Weak())) == f"{'X' * 100_000} after 0 s"


@pytest.mark.parametrize(
    ("link", "error"),
    [
        (Weak(down=True), aiohttp.ClientConnectorError),
        (Weak(silent=True), TimeoutError),
        (Weak(breaks=0), aiohttp.ClientError),
        (Weak(breaks=50), aiohttp.ClientError),
    ],
)
def test_a_bad_link_refuses_or_falls_silent_or_breaks_off(link: Link, error: type[Exception]) -> None:
    with pytest.raises(error):
        run(_asked(link))
