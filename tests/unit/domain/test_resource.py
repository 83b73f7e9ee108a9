"""Paths of opaque data, and who may do what at which of them (S2, S5, S6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.domain.resource import (
    MOST_BYTES,
    MOST_PART,
    Act,
    LeafPath,
    Who,
    branch_of,
    checked_data,
    checked_media_type,
    is_under,
    parse_path,
    segment_of,
)
from drrouter.errors import MessageError
from tests.data_home import (
    GUEST,
    OWNER,
    RESIDENT,
    RIGHTS,
    THE_CAR,
    THE_GRID,
    THE_MAKER,
    THE_WASHER,
)

READ, WRITE, REMOVE = Act.READ, Act.WRITE, Act.REMOVE


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "a part of the path is empty"),
        ("home//note", "a part of the path is empty"),
        ("/home/note", "a part of the path is empty"),
        ("home/note/", "a part of the path is empty"),
        ("home/../etc", "never goes up"),
        ("home/./x", "never goes up"),
        ("home/...", "never goes up"),
        ("home/.hidden", "a character that is not allowed"),
        ("home/a b", "a character that is not allowed"),
        ("home/a\\b", "a character that is not allowed"),
        ("home/a%2fb", "a character that is not allowed"),
        ("home/a\x00", "a character that is not allowed"),
        ("home/a\n", "a character that is not allowed"),
        ("home/\u202egpj", "a character that is not allowed"),
        ("home/\u0661", "a character that is not allowed"),
        ("home/" + "a" * (MOST_PART + 1), "a part of the path is too long"),
        ("/".join("a" * 13), "too deep"),
        ("a" * 64_000, "too long"),
    ],
)
def test_what_is_no_path_is_one_clear_sentence(text: str, sentence: str) -> None:
    with pytest.raises(MessageError, match=sentence) as caught:
        parse_path(text)
    assert len(caught.value.sentence) < 300
    assert caught.value.sentence.isprintable()


@given(st.text(max_size=200))
def test_any_name_becomes_one_part_of_a_path(name: str) -> None:
    part = segment_of(name)
    assert parse_path(f"providers/grid/events/{part}/X").split("/")[3] == part


@given(st.text(max_size=80), st.text(max_size=80))
def test_different_names_become_different_parts(one: str, other: str) -> None:
    assert (segment_of(one) == segment_of(other)) == (one == other)


MAY = [
    (OWNER, "home/note", {READ, WRITE, REMOVE}),
    (RESIDENT, "home/note", {READ, WRITE, REMOVE}),
    (GUEST, "home/note", set()),
    (THE_CAR, "home/note", set()),
    (THE_GRID, "home/note", set()),
    (OWNER, "vehicle/car/profile", {READ, WRITE, REMOVE}),
    (RESIDENT, "vehicle/car/profile", {READ, WRITE, REMOVE}),
    (THE_CAR, "vehicle/car/profile", {READ, WRITE, REMOVE}),
    (THE_CAR, "devices/car/log/1", {READ, WRITE, REMOVE}),
    (THE_WASHER, "vehicle/car/profile", set()),
    (THE_MAKER, "vehicle/car/profile", set()),
    (GUEST, "vehicle/car/profile", set()),
    (OWNER, "vehicle/sold/profile", {READ, REMOVE}),
    (RESIDENT, "vehicle/sold/profile", set()),
    (OWNER, "providers/grid/events/42/CTA2045_X", {READ, REMOVE}),
    (RESIDENT, "providers/grid/events/42/CTA2045_X", {READ}),
    (THE_CAR, "providers/grid/events/42/CTA2045_X", set()),
    (THE_GRID, "providers/grid/events/42/CTA2045_X", {READ, WRITE, REMOVE}),
    (THE_MAKER, "providers/grid/events/42/CTA2045_X", set()),
    (THE_CAR, "providers/maker/up/car/trip", {READ, WRITE, REMOVE}),
    (THE_MAKER, "providers/maker/up/car/trip", {READ}),
    (THE_GRID, "providers/maker/up/car/trip", set()),
    (THE_WASHER, "providers/maker/up/car/trip", set()),
    (THE_WASHER, "providers/maker/up/washer/log", set()),
    (THE_CAR, "providers/grid/up/car/trip", set()),
    (OWNER, "providers/grid/up/home/note", {READ, WRITE, REMOVE}),
    (THE_CAR, "providers/grid/up/home/note", set()),
    (OWNER, "providers/nobody/up/home/note", {READ, REMOVE}),
    (OWNER, "elsewhere/x", set()),
    (OWNER, "home", set()),
    (OWNER, "vehicle/car", set()),
    (OWNER, "providers/grid/events/42", set()),
    (OWNER, "providers/grid/other/42/x", set()),
]


@pytest.mark.parametrize(("who", "path", "acts"), MAY)
def test_rights_are_those_of_the_path_and_nothing_is_allowed_by_silence(
    who: Who, path: str, acts: set[Act]
) -> None:
    assert {act for act in Act if RIGHTS.may(who, act, LeafPath(path))} == acts


def test_a_place_is_one_whosever_it_is() -> None:
    places = ("home/note", "vehicle/sold/profile", "providers/nobody/up/home/note")
    assert all(RIGHTS.is_place(LeafPath(path)) for path in places)
    assert not any(
        RIGHTS.is_place(LeafPath(path)) for path in ("elsewhere/x", "home", "providers/grid/other/42/x")
    )


def test_branches_share_no_room() -> None:
    paths = (
        "home/a/b",
        "vehicle/car/x",
        "devices/car/x",
        "providers/grid/events/1/X",
        "providers/grid/up/car/x",
    )
    assert [branch_of(parse_path(path)) for path in paths] == [
        "home",
        "vehicle/car",
        "devices/car",
        "providers/grid/events",
        "providers/grid/up/car",
    ]


def test_under_is_by_whole_parts() -> None:
    assert is_under("home/a/b", "home/a")
    assert is_under("home/a", "home/a")
    assert is_under("home/a", "")
    assert not is_under("home/ab", "home/a")


@pytest.mark.parametrize(
    "text", ["", "text/html", "image/svg+xml", "application/xml; charset=latin-1", "\x1b[31m"]
)
def test_another_media_type_is_refused(text: str) -> None:
    with pytest.raises(MessageError, match="Send") as caught:
        checked_media_type(text)
    assert caught.value.sentence.isprintable()


def test_a_media_type_is_kept_without_its_parameters() -> None:
    assert checked_media_type('Application/XML; charset="UTF-8"') == "application/xml"


def test_a_leaf_may_have_so_many_bytes_and_no_more() -> None:
    assert checked_data(bytes(MOST_BYTES))
    with pytest.raises(MessageError, match="65537 bytes are too many"):
        checked_data(bytes(MOST_BYTES + 1))
