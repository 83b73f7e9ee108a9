"""Laws of offline profiles: windows follow the clock on the wall, and time-outs hold to the instant."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from drrouter.domain.interval import Interval
from drrouter.router.offline import Mode, Uplink, standing_of
from drrouter.tariff import OfflineDocument, expand_offline, read_offline
from tests.builders import DAY, SP
from tests.profiles import a_profile

ZONES = ("Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
CHANGES = ("2026-03-28", "2026-10-24", "2026-03-07", "2026-10-31", "2026-04-04", "2026-10-03", "2026-06-10")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SECONDS = st.integers(min_value=0, max_value=4 * 3600)


@st.composite
def windows(draw: st.DrawFn) -> tuple[OfflineDocument, str, int, int, int]:
    """A profile with one peak window on one day of the week; its zone, day and quarters."""
    zone, day = draw(st.sampled_from(ZONES)), draw(st.integers(0, 6))
    start, end = draw(st.integers(0, 95)), draw(st.integers(0, 96))
    if start == end:
        end += 1 if end < 96 else -95
    text = f"""# SPDX-License-Identifier: CC0-1.0
schema = "drrouter.offline/1"
id = "a.b"
version = 1
name = "N"
provider = "P"
time_zone = "{zone}"
valid = {{ from = 2026-03-01, until = 2026-10-26 }}
timeouts = {{ link_timeout_s = 60 }}
day_type = [{{ id = "day", days = ["{DAYS[day]}"] }}]
peak = [{{ id = "w", day_types = ["day"], hours = ["{_clock(start)}-{_clock(end)}"] }}]
"""
    return read_offline(text.encode(), "a/b.toml"), zone, day, start, end


def _clock(quarter: int) -> str:
    return f"{quarter // 4:02}:{quarter % 4 * 15:02}"


@st.composite
def spans(draw: st.DrawFn) -> Interval:
    """Up to five days, mostly around a change of the clocks, at any second."""
    start = datetime.fromisoformat(draw(st.sampled_from(CHANGES))).replace(tzinfo=UTC)
    start += timedelta(seconds=draw(st.integers(0, 2 * 86_400)))
    return Interval(start, start + timedelta(seconds=draw(st.integers(1, 5 * 86_400))))


def holds(instant: datetime, zone: str, day: int, start: int, end: int) -> bool:
    """Whether the clock on the wall is inside the window."""
    local = instant.astimezone(ZoneInfo(zone))
    quarter, today = local.hour * 4 + local.minute // 15, local.weekday()
    if not date(2026, 3, 1) <= local.date() <= date(2026, 10, 26):
        return False
    if start < end:
        return today == day and start <= quarter < end
    return (today == day and quarter >= start) or ((today - 1) % 7 == day and quarter < end)


@given(windows(), spans(), st.data())
def test_a_window_follows_the_clock_on_the_wall(
    written: tuple[OfflineDocument, str, int, int, int], span: Interval, data: st.DataObject
) -> None:
    document, zone, day, start, end = written
    stretches = [peak.interval for peak in expand_offline(document, span, SP).peaks]
    assert all(before.end < after.start for before, after in pairwise(stretches))
    assert all(stretch.overlap(span) == stretch for stretch in stretches)
    seconds = data.draw(st.lists(st.integers(0, int(span.duration.total_seconds()) - 1), max_size=20))
    for instant in (span.start + timedelta(seconds=second) for second in seconds):
        inside = any(stretch.holds(instant) for stretch in stretches)
        assert inside == holds(instant, zone, day, start, end)


@given(windows(), spans(), st.floats(min_value=0.01, max_value=0.99))
def test_two_halves_of_a_span_make_the_whole(
    written: tuple[OfflineDocument, str, int, int, int], span: Interval, share: float
) -> None:
    cut = span.start + share * span.duration
    if not span.start < cut < span.end:
        return
    document = written[0]

    def held(part: Interval) -> timedelta:
        peaks = expand_offline(document, part, SP).peaks
        return sum((peak.interval.duration for peak in peaks), timedelta(0))

    assert held(Interval(span.start, cut)) + held(Interval(cut, span.end)) == held(span)


@st.composite
def uplinks(draw: st.DrawFn) -> Uplink:
    """A link that works or not, with prices known or not."""
    since = DAY + timedelta(seconds=draw(SECONDS))
    until = draw(st.none() | SECONDS.map(lambda second: DAY + timedelta(seconds=second)))
    return Uplink(draw(st.booleans()), since, until)


@st.composite
def profiles(draw: st.DrawFn) -> OfflineDocument:
    """A profile with time-outs of up to some hours, valid from yesterday, or only from tonight."""
    first = draw(st.sampled_from(("2026-01-01", "2026-06-01", "2026-06-02")))
    data = draw(st.none() | SECONDS)
    return a_profile(link_s=draw(SECONDS), data_s=data, valid=(first, "2026-06-02"))


INSTANTS = st.integers(0, 60 * 3600).map(lambda second: DAY + timedelta(seconds=second))


@given(uplinks(), st.none() | profiles(), INSTANTS)
def test_between_two_changes_nothing_changes(
    uplink: Uplink, profile: OfflineDocument | None, now: datetime
) -> None:
    standing = standing_of(uplink, profile, now)
    following = standing.changes_at
    assert following is None or following > now
    until = following or now + timedelta(days=30)
    for instant in (now + (until - now) / 3, until - timedelta(microseconds=1)):
        later = standing_of(uplink, profile, max(instant, now))
        assert (later.mode, later.since, later.cause) == (standing.mode, standing.since, standing.cause)


@given(uplinks(), profiles(), INSTANTS)
def test_a_profile_is_in_force_exactly_from_its_time_out_to_its_end(
    uplink: Uplink, profile: OfflineDocument, now: datetime
) -> None:
    dues = [] if uplink.up else [uplink.since + profile.timeouts.link]
    if uplink.data_until and profile.timeouts.data is not None:
        out = max(uplink.data_until, uplink.since) if uplink.up else uplink.data_until
        dues.append(out + profile.timeouts.data)
    expected = any(due <= now for due in dues) and profile.validity.holds(now)
    standing = standing_of(uplink, profile, now)
    assert (standing.mode is Mode.IN_FORCE) == expected
    if expected:
        assert standing.since == max(min(dues), profile.validity.start)


@given(uplinks(), profiles(), INSTANTS)
def test_a_profile_comes_into_force_when_it_was_announced(
    uplink: Uplink, profile: OfflineDocument, now: datetime
) -> None:
    standing = standing_of(uplink, profile, now)
    if standing.due_at is not None:
        assert standing.mode is Mode.WAITING
        assert standing_of(uplink, profile, standing.due_at).mode is Mode.IN_FORCE
        before = standing_of(uplink, profile, standing.due_at - timedelta(microseconds=1))
        assert before.mode is Mode.WAITING


@given(profiles(), INSTANTS, st.integers(1, 10_000))
def test_the_return_of_the_link_ends_it_unless_new_prices_fail_to_come(
    profile: OfflineDocument, now: datetime, seconds: int
) -> None:
    back = Uplink(up=True, since=now, data_until=now - timedelta(seconds=seconds))
    mode = standing_of(back, profile, now).mode
    patience = profile.timeouts.data
    assert (mode is Mode.IN_FORCE) == (patience == timedelta(0) and profile.validity.holds(now))
