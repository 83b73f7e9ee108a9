"""A bundle for whoever helps holds nothing that tells who lives here, and its parts can still be followed."""

import io
import json
import zipfile
from dataclasses import replace

import pytest

from drrouter.adapters.api.bundle import Redactor, bundle_of
from drrouter.adapters.api.roles import Role
from drrouter.domain.journal import JournalEntry, JournalKind
from tests.adapters.api.conftest import Served
from tests.adapters.api.memory_router import HOSTILE, NOON

CANARIES = (
    "192.168.7.42",
    "50:C7:BF:01:02:03",
    "fe80:0:0:0:1234:5678:9abc:def0",
    "fe80::1",
    "2001:db8::17:42",
    "::17",
    "50C7BF010203",
    "aabbccddeeff",
    "0x00158d0001a2b3c4",
    "annas-nas.local",
    "anna.fritz.box",
    "https://anna.example/vtn?key=7",
    "anna@example.org",
    "drr_PQtMgDsfJW72M7ZvRpZzEipYpnBFurmQ9s6Gtb0NvQM",
)


@pytest.mark.parametrize("canary", CANARIES)
def test_an_address_or_a_secret_in_a_sentence_is_taken_out(canary: str) -> None:
    text = Redactor({}).text(f"The plug at {canary} does not answer.")
    assert canary not in text
    assert text.startswith("The plug at <")
    assert text.endswith(" does not answer.")


def test_what_is_taken_out_is_called_the_same_throughout_one_bundle_and_otherwise_in_another() -> None:
    one, other = Redactor({}), Redactor({})
    assert one.text("10.0.0.1 and 10.0.0.1") == " and ".join([one.text("10.0.0.1")] * 2)
    assert one.text("10.0.0.1") != one.text("10.0.0.2")
    assert one.text("10.0.0.1") != other.text("10.0.0.1")


def test_names_that_people_gave_are_replaced_and_those_of_programmes_stay() -> None:
    value = {
        "name": "Anna's car",
        "sentence": "Anna's car is full.",
        "programmes": [{"name": "Eco 40-60"}],
        "address": "plug-7",
        "count": 3,
        "none": None,
    }
    made = Redactor({"Anna's car": "car", " ": "nothing"}).value(value)
    assert (made["name"], made["sentence"], made["programmes"]) == (
        "car",
        "car is full.",
        [{"name": "Eco 40-60"}],
    )
    assert made["address"].startswith("<address ")
    assert (made["count"], made["none"]) == (3, None)


@pytest.mark.parametrize(
    ("said", "canary"),
    [
        ("cannot reach vtn.anna.example:8443", "anna"),
        ("/home/anna/drrouter/home.toml cannot be read", "anna"),
        ("[fd00::12]:80 is silent", "fd00"),
        ("shellyplug-s-AABBCCDDEEFF is silent", "AABB"),
    ],
)
def test_where_something_lies_is_taken_out_whatever_stands_around_it(said: str, canary: str) -> None:
    assert canary not in Redactor({}).text(said)


def test_a_name_is_taken_out_in_capitals_too_and_a_short_one_leaves_other_words_alone() -> None:
    redactor = Redactor({"Anna": "<person>", "Al": "<person>", r"Bo\1b": "<person>"})
    assert redactor.text("ANNA, Annas, AL") == "<person>, <person>s, <person>"
    assert redactor.text("Already total") == "Already total"
    assert redactor.text(r"bo\1b") == "<person>"


def test_instants_and_numbers_stay_as_they_are() -> None:
    sentence = (
        "Ready at 13:00:05 for 0.20 EUR/kWh by home.toml:12, a/b, i.e. 0.123456789012; washer.power[17]."
    )
    value = {"at": "2026-06-01T12:00:00.123456+00:00", "power_w": 1234.5, "sentence": sentence}
    assert Redactor({}).value(value) == value


def test_a_bundle_is_a_zip_with_a_file_for_each_part() -> None:
    with zipfile.ZipFile(io.BytesIO(bundle_of({"a": {"address": "x"}, "b": [1]}, {}))) as archive:
        assert archive.namelist() == ["a.json", "b.json"]
        assert json.loads(archive.read("b.json")) == [1]


async def test_the_router_gives_its_owner_a_bundle_without_names(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = f"Owner Anna switched the Washing machine off; {' '.join(CANARIES)} {HOSTILE}"
    served.router.entries.append(JournalEntry(NOON, JournalKind.OVERRIDE, said))
    status = replace(served.router.status(), site="Villa Kunterbunt")
    monkeypatch.setattr(served.router, "status", lambda: status)
    url = f"{served.api.url}/api/v1/bundle"
    for who, code in ((Role.OWNER, 200), (Role.GUEST, 403)):
        async with served.session.get(url, headers=served.bearer(who)) as answer:
            assert answer.status == code
            content = await answer.read()
        if code == 200:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                everything = "".join(archive.read(name).decode() for name in archive.namelist())
                assert {"doctor.json", "journal.json", "devices.json"} <= set(archive.namelist())
            for canary in (*CANARIES, "Villa Kunterbunt", "Washing machine", "owner Anna"):
                assert canary not in everything
            assert "washer" in everything
