"""`drrouter tariff list|show|cost|urdb`: what people and programs read, and what goes wrong."""

import json
from pathlib import Path

import pytest

from drrouter.cli import main
from drrouter.config import shipped_tariffs
from drrouter.tariff import read_tariff
from tests.unit.tariff.feeds.test_urdb import plan
from tests.unit.tariff.test_bills import DATA
from tests.unit.tariff.test_charges import BROKEN
from tests.unit.tariff.test_expand import ENERGY, HEAD


def test_the_list_names_every_tariff_that_ships_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tariff", "list"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in shipped_tariffs())
    assert main(["tariff", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in listed] == sorted(shipped_tariffs())
    assert {one["source"]["exact"] for one in listed if one["source"]} == {True, False}


def test_at_least_twelve_real_tariffs_ship_from_several_countries() -> None:
    real = [
        read_tariff(file.read_bytes(), name)
        for name, file in shipped_tariffs().items()
        if "generic" not in name
    ]
    assert len(real) >= 12
    assert all(one.source and one.source.left_out for one in real)
    assert len({one.currency for one in real}) >= 5
    assert len({one.time_zone for one in real}) >= 9


def test_a_day_is_shown_as_a_chart_with_its_charges(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tariff", "show", "norway.lede_n100", "--day", "2025-01-15"]) == 0
    shown = capsys.readouterr().out
    assert "Lede N100 network and spot price (Norway, 2025) (norway.lede_n100), Wed 2025-01-15" in shown
    assert "It follows a provider's prices" in shown
    assert "22:00   00:00    1.0511" in shown
    assert "capacity_part: 266.25 above 0 kW, 478.75 above 5 kW" in shown


def test_every_tariff_can_be_shown_on_the_days_when_clocks_change(capsys: pytest.CaptureFixture[str]) -> None:
    for name in shipped_tariffs():
        for day in ("2025-03-30", "2025-10-26", "2025-01-02"):
            assert main(["tariff", "show", name, "--day", day, "--json"]) == 0
            shown = json.loads(capsys.readouterr().out)
            starts = [one["start"] for one in shown["prices"]]
            assert [one["end"] for one in shown["prices"]][:-1] == starts[1:]
            assert None not in [one["import_per_kwh"] for one in shown["prices"]]


def test_a_day_may_be_shown_with_published_prices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prices = tmp_path / "prices.csv"
    hours = [
        f"2023-07-{28 + (hour + 22) // 24:02}T{(hour + 22) % 24:02}:00:00Z,{hour * 10}" for hour in range(24)
    ]
    prices.write_text("\n".join(["start_utc,price_eur_per_mwh", *hours]), encoding="utf-8")
    verb = ["tariff", "show", "netherlands.dynamic_2024", "--day", "2023-07-29", "--prices", str(prices)]
    assert main([*verb, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["published"] is True
    assert shown["prices"][5]["import_per_kwh"] == pytest.approx((0.05 + 0.02) * 1.21)
    assert shown["prices"][5]["export_per_kwh"] == pytest.approx(0.05)
    assert main(verb) == 0
    assert "It follows" not in capsys.readouterr().out


def test_without_a_day_it_is_today(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tariff", "show", "generic.nl_day_night"]) == 0
    assert "0.2" in capsys.readouterr().out


def test_a_bill_is_broken_down_by_month_and_part(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tariff", "cost", "spain.som_energia_2_0td", str(DATA)]) == 0
    shown = capsys.readouterr().out
    assert "together        471.3        329.1   97.88" in shown
    assert main(["tariff", "cost", "spain.som_energia_2_0td", str(DATA), "--json"]) == 0
    bill = json.loads(capsys.readouterr().out)
    assert bill["money"] == pytest.approx(97.88, abs=0.005)
    assert [month["month"] for month in bill["months"]] == ["2016-10", "2016-11", "2017-03"]
    assert [line["id"] for line in bill["months"][0]["lines"]] == ["energy", "power_p1", "power_p2"]
    assert sum(
        line["net"] + line["vat"] for month in bill["months"] for line in month["lines"]
    ) == pytest.approx(bill["money"])


def test_a_bill_without_published_prices_says_what_stood_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tariff", "cost", "norway.griug_2024", str(DATA)]) == 0
    assert "471.3 kWh were used where no provider's price is known" in capsys.readouterr().out


def test_a_rate_plan_becomes_a_tariff_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rate = tmp_path / "rate.json"
    rate.write_text(json.dumps(plan()), encoding="utf-8")
    assert main(["tariff", "urdb", str(rate), "--id", "acme.tou"]) == 0
    assert read_tariff(capsys.readouterr().out.encode(), "tou.toml").id == "acme.tou"
    assert main(["tariff", "urdb", str(rate), "--zone", "Mars/Olympus"]) == 1
    assert "'Mars/Olympus' is no time zone" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["show", "ontario.tou_2025"], 1, "is neither a tariff that ships nor a file. Did you mean"),
        (["show", "ontario.tou_2024", "--day", "tomorrow"], 2, "is no day"),
        (["cost", "ontario.tou_2024", "nowhere.csv"], 1, "nowhere.csv: cannot be read"),
        (["show", "broken.toml"], 1, "has no price. Add price_per_kw or steps."),
        (["cost", "ontario.tou_2024", "broken.toml"], 1, "names no time or no energy"),
    ],
)
def test_what_goes_wrong_is_one_sentence(
    arguments: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.toml").write_text(HEAD + ENERGY + BROKEN["a peak without a price"][0], encoding="utf-8")
    assert main(["tariff", *arguments]) == code
    assert said in capsys.readouterr().err
