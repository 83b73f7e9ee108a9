"""Laws of documents: nothing that is read can do harm, and nothing that was written is lost."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from drrouter.config.load import read_home
from drrouter.domain.document import parse_toml
from drrouter.domain.flexibility import ProfileFlexibility, StorageFlexibility
from drrouter.domain.interval import SLOT, Interval, slots
from drrouter.domain.rates import Rates
from drrouter.domain.remedy import sentences
from drrouter.errors import DocumentError
from drrouter.objectmodel import ModelDocument, flexibility_of, load_catalogue, read_model
from drrouter.tariff import cost_of, expand, read_tariff

SPDX = "# SPDX-License-Identifier: CC0-1.0\n"
CATALOGUE = load_catalogue()

ZONES = ("Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
SOME_KEYS = "schema id version identity flexibility kind level min component zones site device provider x a.b"
KEYS = st.sampled_from([*SOME_KEYS.split(), "", "\u202e"])
WORDS = st.sampled_from(
    [
        "drrouter.device/1",
        "drrouter.tariff/1",
        "drrouter.home/1",
        "profile",
        "storage",
        "energy",
        "",
        "\x1b[31m",
    ]
)
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.dates() | st.times() | st.datetimes()
)
TABLES = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6)
    ),
    max_size=8,
)
POWERS = st.floats(min_value=0, max_value=10_000, width=32)


def toml(value: Any) -> str:
    """A value as TOML; what TOML cannot say (null) is left out."""
    if isinstance(value, Mapping):
        parts = [f"{json.dumps(key)} = {toml(part)}" for key, part in value.items() if part is not None]
        return "{ " + ", ".join(parts) + " }"
    if isinstance(value, list | tuple):
        return "[\n" + ",\n".join(toml(part) for part in value if part is not None) + "\n]"
    if isinstance(value, str | bool):
        return json.dumps(value)
    return str(value.isoformat()) if hasattr(value, "isoformat") else repr(value)


def document(table: Mapping[str, Any]) -> bytes:
    """A table as a TOML file."""
    lines = (f"{json.dumps(key)} = {toml(value)}" for key, value in table.items() if value is not None)
    return (SPDX + "\n".join(lines)).encode()


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_bytes_are_read_or_refused_in_one_sentence(data: bytes) -> None:
    try:
        parse_toml(data, "file.toml")
    except DocumentError as error:
        said = error.sentence
    else:
        said = "file.toml: is fine."
    assert said.startswith("file.toml: ")
    assert said.endswith(".")


@given(TABLES)
@pytest.mark.parametrize("read", [read_model, read_tariff, read_home], ids=lambda read: read.__name__)
def test_any_table_is_read_or_refused_in_sentences_fit_to_be_shown(read: Any, table: dict[str, Any]) -> None:
    with pytest.raises(DocumentError) as refused:  # no such table is a whole document
        read(document(table), "file.toml")
    for sentence in sentences(refused.value):
        assert sentence.startswith("file.toml: ")
        assert sentence.isprintable()
        assert len(sentence) < 800


@pytest.mark.parametrize("model_id", CATALOGUE)
def test_a_model_survives_a_round_trip(model_id: str) -> None:
    written = CATALOGUE[model_id]
    table = written.model_dump(by_alias=True, exclude_none=True, mode="json")
    licence = written.provenance.licence if written.provenance else "CC0-1.0"
    data = document(table).replace(b"CC0-1.0", licence.encode(), 1)
    assert read_model(data, "again.toml") == written


@st.composite
def programs(draw: st.DrawFn) -> dict[str, Any]:
    """A profile of one program, by phases or by minutes."""
    program: dict[str, Any] = {
        "id": draw(st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)),
        "name": {"en": "P"},
    }
    if draw(st.booleans()):
        program["minutes_w"] = draw(st.lists(POWERS, min_size=1, max_size=200))
    else:
        phase = st.fixed_dictionaries({"duration_s": st.integers(1, 5000), "power_w": POWERS})
        program["phases"] = draw(st.lists(phase, min_size=1, max_size=12))
    return program


def whole(flexibility: dict[str, Any]) -> ModelDocument:
    """A model document around one flexibility."""
    entry = {"status": "todo", "reason": "r"}
    ledger = ("profile_measured", "level_measured", "thresholds_tested", "power_cut_tested", "bounds_sourced")
    table = {
        "schema": "drrouter.device/1",
        "id": "a.b",
        "version": 1,
        "identity": {"brand": "A", "model": "B", "class": "freezer"},
        "flexibility": [flexibility],
        "safety": {"fail_safe": "keep"},
        "quality": dict.fromkeys(ledger, entry),
        "provenance": {"origin": "o", "licence": "CC0-1.0", "changes": "c"},
    }
    return read_model(document(table), "a/b.toml")


@given(programs())
def test_a_programme_keeps_the_energy_and_the_length_of_what_was_written(program: dict[str, Any]) -> None:
    made = flexibility_of(whole({"kind": "profile", "programs": [program]}))
    assert isinstance(made, ProfileFlexibility)
    (programme,) = made.programmes
    minutes = program.get("minutes_w", [])
    phases = program.get("phases", [])
    seconds = 60 * len(minutes) + sum(phase["duration_s"] for phase in phases)
    energy_wh = sum(minutes) / 60 + sum(phase["power_w"] * phase["duration_s"] / 3600 for phase in phases)
    assert programme.duration == timedelta(seconds=seconds)
    assert programme.energy_wh == pytest.approx(energy_wh)
    for minute, power_w in enumerate(minutes):
        assert programme.power_at(timedelta(minutes=minute, seconds=30)) == power_w


@given(
    gain=st.floats(min_value=0.1, max_value=5),
    stronger=st.floats(min_value=1.1, max_value=20),
    power_w=st.floats(min_value=10, max_value=5000),
)
def test_a_store_that_runs_its_duty_keeps_its_level(gain: float, stronger: float, power_w: float) -> None:
    mode = {"id": "run", "power_w": power_w, "rate_c_per_h": -gain * stronger}
    level = {"unit": "celsius", "min": -30.0, "max": -10.0, "target": -20.0}
    made = flexibility_of(
        whole({"kind": "storage", "level": level, "modes": [mode], "heat_gain_c_per_h": gain})
    )
    assert isinstance(made, StorageFlexibility)
    assert made.level_after(-20, made.max_power_w / stronger, timedelta(hours=3)) == pytest.approx(-20)


QUARTERS = st.integers(0, 95)


def clock(quarter: int) -> str:
    """A quarter of the day as a wall-clock time."""
    return f"{quarter // 4:02}:{quarter % 4 * 15:02}"


@st.composite
def tariffs(draw: st.DrawFn) -> tuple[str, int, int, bytes]:
    """A tariff of two prices: another one from one local time to another."""
    zone, start, end = draw(st.sampled_from(ZONES)), draw(QUARTERS), draw(QUARTERS)
    assume(start != end)
    table = {
        "schema": "drrouter.tariff/1",
        "id": "a.b",
        "version": 1,
        "name": "N",
        "currency": "EUR",
        "time_zone": zone,
        "component": [
            {
                "id": "e",
                "kind": "energy",
                "price_per_kwh": 1.0,
                "zones": [{"price_per_kwh": 2.0, "hours": [f"{clock(start)}-{clock(end)}"]}],
            }
        ],
    }
    return zone, start, end, document(table)


@st.composite
def spans(draw: st.DrawFn) -> Interval:
    """Up to three days, often around a change of the clocks, at any second."""
    changes = ["2026-03-28", "2026-10-24", "2026-03-07", "2026-04-04"]
    start = datetime.fromisoformat(draw(st.sampled_from(changes))).replace(tzinfo=UTC)
    start += timedelta(seconds=draw(st.integers(0, 2 * 86_400)))
    return Interval(start, start + timedelta(seconds=draw(st.integers(1, 3 * 86_400))))


@given(tariffs(), spans())
def test_a_tariff_covers_any_span_and_follows_the_clock_on_the_wall(
    written: tuple[str, int, int, bytes], span: Interval
) -> None:
    zone, start, end, data = written
    rates = expand(read_tariff(data, "a/b.toml"), span).import_energy
    assert [step.start for step, _ in rates.steps[1:]] == [step.end for step, _ in rates.steps[:-1]]
    assert (rates.steps[0][0].start, rates.steps[-1][0].end) == (span.start, span.end)
    for slot in slots(span.start, span.end, SLOT):
        local = slot.start.astimezone(ZoneInfo(zone))
        quarter = local.hour * 4 + local.minute // 15
        inside = start <= quarter < end if start < end else quarter >= start or quarter < end
        assert rates.at(slot.start) == (2.0 if inside else 1.0)


@given(tariffs(), spans(), st.lists(st.floats(0, 5000), min_size=1, max_size=20))
def test_a_cost_is_the_sum_of_its_parts(
    written: tuple[str, int, int, bytes], span: Interval, energies: list[float]
) -> None:
    rates = expand(read_tariff(written[3], "a/b.toml"), span).import_energy
    cuts = slots(span.start, span.end, timedelta(hours=1))
    profile = list(zip(cuts, energies, strict=False))
    whole_cost = cost_of(profile, rates)
    parts = [cost_of([part], rates).money for part in profile]
    assert whole_cost.money == pytest.approx(sum(parts))
    assert whole_cost.unpriced_wh == pytest.approx(0, abs=1e-6)
    assert 1.0 * whole_cost.energy_wh <= 1000 * whole_cost.money + 1e-6
    assert 1000 * whole_cost.money <= 2.0 * whole_cost.energy_wh + 1e-6
    assert cost_of(profile, Rates()).unpriced_wh == pytest.approx(whole_cost.energy_wh)
