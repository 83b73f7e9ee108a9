"""What is drawn before a simulation begins: prices, people's habits and providers' orders, by seed alone."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from drrouter.config import HomeConfig, load_home
from drrouter.domain.event import PayloadType
from drrouter.domain.flexibility import DemandFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.errors import DocumentError
from drrouter.sim.appliances import Hvac
from drrouter.sim.house import House, live_without_router
from drrouter.sim.simulate.agenda import Publish, TakeBack, agenda_of
from drrouter.sim.simulate.dwelling import house_of_home
from drrouter.sim.simulate.habits import Arrival, Departure, Load, Overrule, happenings_of, script_of
from drrouter.sim.simulate.prices import prices_for, read_prices
from drrouter.sim.simulate.simulation import span_of

HOME_FILE = Path(__file__).parents[2] / "scenarios" / "full_house.toml"
JUNE, DAYS = date(2026, 6, 1), 30


@pytest.fixture(scope="module")
def home() -> HomeConfig:
    return load_home(HOME_FILE, environ=None)


# Prices


def test_the_bundled_days_have_their_real_prices(home: HomeConfig) -> None:
    series = prices_for(span_of(home, date(2023, 7, 29), 3), None, 1, home.zone)
    assert series.source.startswith("real day-ahead prices")
    assert series.rates.at(datetime(2023, 7, 30, 12, tzinfo=UTC)) < 0  # type: ignore[operator]


def test_other_days_are_invented_and_say_so(home: HomeConfig) -> None:
    span = span_of(home, JUNE, DAYS)
    series, same, other = (prices_for(span, None, seed, home.zone) for seed in (1, 1, 2))
    assert series.source == "SYNTHETIC, not real: invented from seed 1"
    assert series == same
    assert series.rates != other.rates
    assert series.rates.steps[0][0].start < span.start < span.end < series.rates.steps[-1][0].end


def test_a_file_gives_its_prices(tmp_path: Path, home: HomeConfig) -> None:
    file = tmp_path / "prices.csv"
    rows = [f"2026-05-31T{22 + n // 60:02}:00:00Z,{n}" for n in (0, 60)]
    rows += [f"2026-06-01T{n:02}:00:00+00:00,{n * 10}" for n in range(24)]
    file.write_text("\n".join(["start_utc,price_eur_per_mwh", *rows]), encoding="utf-8")
    series = prices_for(span_of(home, JUNE, 1), file, 1, home.zone)
    assert (series.source, series.file) == ("file prices.csv", file)
    assert series.rates.at(datetime(2026, 6, 1, 7, 30, tzinfo=UTC)) == 0.07


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "start_utc,price_eur_per_mwh\n2026-06-01T00:00:00Z,1\n2026-06-01T01:00:00Z,2\n",
            "holds prices from",
        ),
        ("start_utc,price_eur_per_mwh\n2026-06-01T00:00:00Z,1\n", "fewer than two prices"),
        ("when,what\n1,2\n3,4\n", "line 2: lacks the columns start_utc,price_eur_per_mwh"),
        ("start_utc,price_eur_per_mwh\nnoon,1\nnoon,2\n", "line 2: says"),
        ("start_utc,price_eur_per_mwh\n2026-06-01T00:00:00,1\n2026-06-01T01:00:00,2\n", "Write UTC instants"),
        (
            "start_utc,price_eur_per_mwh\n2026-06-01T00:00:00Z,nan\n2026-06-01T01:00:00Z,2\n",
            "Write UTC instants",
        ),
        (
            "start_utc,price_eur_per_mwh\n2026-06-01T00:00:00Z,1\n2026-06-01T00:00:00Z,2\n",
            "one instant twice",
        ),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_do(
    text: str, words: str, tmp_path: Path, home: HomeConfig
) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError, match=words):
        prices_for(span_of(home, JUNE, 1), file, 1, home.zone)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"none\.csv: cannot be read"):
        read_prices(tmp_path / "none.csv")


# People


def test_people_live_by_their_seed(home: HomeConfig) -> None:
    span = span_of(home, JUNE, DAYS)
    assert script_of(home, span, 1) == script_of(home, span, 1) != script_of(home, span, 2)


def test_people_fill_machines_drive_and_overrule(home: HomeConfig) -> None:
    script = script_of(home, span_of(home, JUNE, DAYS), 1)
    assert {type(act) for act in script} == {Load, Arrival, Departure, Overrule}
    loads = [act for act in script if isinstance(act, Load)]
    assert {act.device_id for act in loads} == {"washer", "washer2", "dishwasher"}
    assert any(act.chooses for act in loads)
    assert any(act.at_once for act in loads)
    assert all(before.at <= after.at for before, after in pairwise(script))


def test_a_machine_is_filled_again_only_when_it_should_be_done(home: HomeConfig) -> None:
    script = script_of(home, span_of(home, JUNE, DAYS), 3)
    loads = [act for act in script if isinstance(act, Load) and act.device_id == "washer"]
    assert len(loads) > 10
    assert all(before.ready_by < after.at for before, after in pairwise(loads))


def test_a_house_without_a_router_can_live_the_script(home: HomeConfig) -> None:
    span = span_of(home, JUNE, DAYS)
    happenings = happenings_of(script_of(home, span, 4))
    house = live_without_router(house_of_home(home, JUNE, 4), span.start, span.end, happenings)
    assert len(house.happenings) == len(happenings)


# Providers


def test_orders_come_by_seed_from_the_grid_and_prices_from_the_energy_company(home: HomeConfig) -> None:
    span = span_of(home, JUNE, DAYS)
    rates = prices_for(span, None, 1, home.zone).rates
    agenda = agenda_of(home, span, rates, 1)
    assert agenda == agenda_of(home, span, rates, 1) != agenda_of(home, span, rates, 2)
    published = [notice.event for notice in agenda if isinstance(notice, Publish)]
    kinds = {payload.type: event.provider for event in published for payload in event.payloads}
    assert kinds == {
        PayloadType.PRICE: "energy",
        PayloadType.IMPORT_CAPACITY_LIMIT: "grid",
        PayloadType.SIMPLE: "grid",
        PayloadType.ALERT_GRID_EMERGENCY: "grid",
    }
    assert any(isinstance(notice, TakeBack) for notice in agenda)
    assert len(published) > len({event.id for event in published})  # some came in a new version


def test_the_prices_of_a_day_are_known_at_one_the_day_before(home: HomeConfig) -> None:
    span = span_of(home, JUNE, 3)
    agenda = agenda_of(home, span, prices_for(span, None, 1, home.zone).rates, 1)
    told = {notice.event.id: notice.at for notice in agenda if isinstance(notice, Publish)}
    assert told["prices-2026-06-01"] == span.start  # type: ignore[index]
    assert told["prices-2026-06-02"] == datetime(2026, 6, 1, 11, tzinfo=UTC)  # type: ignore[index]
    assert "prices-2026-06-05" not in told


def test_a_home_without_providers_hears_nothing(home: HomeConfig, tmp_path: Path) -> None:
    text = HOME_FILE.read_text(encoding="utf-8")
    begin, end = text.index("[[provider]]"), text.index("[[device]]")
    file = tmp_path / "home.toml"
    file.write_text(text[:begin] + text[end:], encoding="utf-8")
    quiet = load_home(file, environ=None)
    span = span_of(quiet, JUNE, 3)
    assert agenda_of(quiet, span, prices_for(span, None, 1, quiet.zone).rates, 1) == ()


# The house


@pytest.mark.parametrize(("day", "cools"), [(date(2026, 7, 1), True), (date(2026, 1, 1), False)])
def test_a_relay_cools_in_summer_and_heats_in_winter(day: date, cools: bool, home: HomeConfig) -> None:
    house = House(house_of_home(home, day, 1), datetime(day.year, day.month, 1, tzinfo=UTC))
    airco = house.appliance(DeviceId("airco"))
    assert isinstance(airco, Hvac)
    assert (airco.body.rate_c_per_h < 0) is cools
    relays = [profile for profile in home.profiles if isinstance(profile.flexibility, DemandFlexibility)]
    assert len(relays) == 2


def test_days_are_local_days_also_when_the_clocks_change(home: HomeConfig) -> None:
    assert span_of(home, date(2026, 3, 28), 2).duration == timedelta(hours=47)
    assert span_of(home, date(2026, 10, 24), 2).duration == timedelta(hours=49)
