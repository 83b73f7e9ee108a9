"""The shelf of offline profiles: a bad new one never replaces a good one, what is kept survives."""

from datetime import date

import pytest

from drrouter.domain.ids import ProviderId
from drrouter.domain.mandate import Role, mandate
from drrouter.errors import DocumentError
from drrouter.ports import Collection, Put
from drrouter.router.shelf import Rules, Shelf, key_of
from tests.builders import DAY, HOUR, NOON, OTHER_SP, SP
from tests.profiles import EVENING, profile_text

RULES = Rules("EUR", {SP: ("summer",), OTHER_SP: ()})
WHERE = "acme.toml"
NEXT_YEAR = ("2027-01-01", "2027-12-31")


def empty() -> Shelf:
    return Shelf(RULES, {}, [SP, OTHER_SP])


def version(shelf: Shelf, provider: ProviderId = SP) -> int | None:
    profile = shelf.profile(provider, NOON)
    return profile.version if profile else None


def refused(shelf: Shelf, data: bytes, provider: ProviderId = SP) -> str:
    with pytest.raises(DocumentError) as caught:
        shelf.take(provider, data, WHERE, NOON)
    return caught.value.sentence


def test_an_empty_shelf_has_no_profile() -> None:
    assert version(empty()) is None
    assert version(empty(), ProviderId("stranger")) is None


def test_a_good_profile_is_kept_for_its_provider_alone() -> None:
    shelf = empty()
    taken = shelf.take(SP, profile_text(), WHERE, NOON)
    assert taken
    assert taken.document.id == "acme.offline"
    assert taken.change == Put(Collection.SETTINGS, key_of(SP), {"documents": [profile_text().decode()]})
    assert (version(shelf), version(shelf, OTHER_SP)) == (1, None)


def test_a_profile_says_no_more_than_its_provider_may_send() -> None:
    limit = '[[limit]]\nid = "all_day"\nmax_w = 4000\n'
    price = "[[price]]\nprice_per_kwh = 0.1\n"
    everything = profile_text(EVENING + limit + price, more='currency = "EUR"')
    for may, kept in (
        (mandate(None), ("limit", "peak", "price")),
        (mandate(Role.ENERGY), ("peak", "price")),
        (mandate(Role.AGGREGATOR), ()),
        (mandate(Role.NETWORK, ["limits"]), ("limit",)),
    ):
        shelf = Shelf(Rules("EUR", {}, {SP: may}), {}, [SP])
        taken = shelf.take(SP, everything, WHERE, NOON)
        profile = shelf.profile(SP, NOON)
        assert taken
        assert profile
        assert tuple(key for key in ("limit", "peak", "price") if getattr(profile, key)) == kept
        assert {*shelf.left_out(SP, taken.document), *kept} == {"limit", "peak", "price"}


def test_the_same_profile_again_is_no_news() -> None:
    shelf = empty()
    shelf.take(SP, profile_text(), WHERE, NOON)
    assert shelf.take(SP, profile_text() + b"\n# only a comment", WHERE, NOON) is None


def test_a_higher_version_replaces_a_lower_one() -> None:
    shelf = empty()
    shelf.take(SP, profile_text(), WHERE, NOON)
    shelf.take(SP, profile_text(version=7), WHERE, NOON)
    assert version(shelf) == 7


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"not a document =", "acme.toml: line 1, column 5: is not valid TOML"),
        (b"# SPDX-License-Identifier: CC0-1.0\n" + b"a" * 300_000, "acme.toml: is larger than 256 kB."),
        (profile_text(EVENING.replace("17:00", "25:00"), version=5), "does not have the right form"),
        (
            profile_text(version=2),
            "acme.toml: version: is 2, older than 3, which is kept. The provider must give a new version a "
            "higher number.",
        ),
        (
            profile_text(EVENING.replace("17", "16"), version=3),
            "acme.toml: version: is 3 as before, yet the content differs.",
        ),
        (
            profile_text(version=4, valid=("2025-01-01", "2026-05-31")),
            "acme.toml: valid.until: ended on 2026-05-31.",
        ),
        (
            profile_text(version=4, more='program = "winter"'),
            "acme.toml: program: is 'winter', which this home does not take part in. It takes part in: ",
        ),
        (
            profile_text(version=4, more='currency = "SEK"'),
            "acme.toml: currency: is SEK, but this home pays in EUR.",
        ),
    ],
    ids=["no document", "monster", "bad hours", "older", "same number", "over", "programme", "currency"],
)
def test_a_bad_new_one_never_replaces_a_good_one(data: bytes, said: str) -> None:
    shelf = empty()
    shelf.take(SP, profile_text(version=3), WHERE, NOON)
    assert said in refused(shelf, data)
    assert version(shelf) == 3


def test_a_programme_of_the_home_and_its_currency_are_welcome() -> None:
    shelf = empty()
    assert shelf.take(SP, profile_text(more='program = "summer"\ncurrency = "EUR"'), WHERE, NOON)
    assert shelf.take(OTHER_SP, profile_text(more='program = "anything"'), WHERE, NOON)


def test_a_profile_for_later_waits_beside_the_one_that_holds_now() -> None:
    shelf = empty()
    shelf.take(SP, profile_text(version=1), WHERE, NOON)
    shelf.take(SP, profile_text(version=2, valid=NEXT_YEAR), WHERE, NOON)
    assert version(shelf) == 1
    later = shelf.profile(SP, DAY + 300 * 24 * HOUR)
    assert later
    assert later.valid.first == date(2027, 1, 1)
    shelf.take(SP, profile_text(version=3), WHERE, NOON)
    assert (version(shelf), shelf.profile(SP, DAY + 300 * 24 * HOUR)) == (3, None)


def test_a_later_one_for_later_replaces_the_earlier_one_for_later() -> None:
    shelf = empty()
    for number, valid in ((1, ("2026-01-01", "2026-12-31")), (2, NEXT_YEAR), (3, NEXT_YEAR)):
        shelf.take(SP, profile_text(version=number, valid=valid), WHERE, NOON)
    later = shelf.profile(SP, DAY + 300 * 24 * HOUR)
    assert (version(shelf), later.version if later else None) == (1, 3)


def test_where_none_holds_now_the_one_that_comes_first_is_known() -> None:
    shelf = empty()
    shelf.take(SP, profile_text(valid=NEXT_YEAR), WHERE, NOON)
    assert version(shelf) == 1


def test_what_is_kept_survives_a_restart() -> None:
    shelf = empty()
    shelf.take(SP, profile_text(version=1), WHERE, NOON)
    taken = shelf.take(SP, profile_text(version=2, valid=NEXT_YEAR), WHERE, NOON)
    assert taken
    assert isinstance(taken.change, Put)
    again = Shelf(RULES, {taken.change.key: taken.change.value}, [SP])
    assert version(again) == 1
    assert again.take(SP, profile_text(version=2, valid=NEXT_YEAR), WHERE, NOON) is None


@pytest.mark.parametrize("kept", [None, 3, {}, {"documents": 3}, {"documents": ["nonsense"]}])
def test_what_this_version_cannot_read_back_is_forgotten(kept: object) -> None:
    assert version(Shelf(RULES, {key_of(SP): kept}, [SP])) is None
