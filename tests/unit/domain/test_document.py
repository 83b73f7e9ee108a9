"""Documents are read within bounds, and what is wrong is said in one clear sentence each."""

from collections.abc import Mapping

import pytest

from drrouter.domain.document import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_LINE,
    MAX_VALUES,
    as_json,
    harmless,
    licence_of,
    parse_toml,
    schema_of,
)
from drrouter.domain.remedy import MOST, document_error, nearest, sentences
from drrouter.errors import DocumentError

SCHEMA = {
    "properties": {
        "name": {"description": "What it is called.\nMore words."},
        "list": {"items": {"$ref": "#/$defs/Part"}},
        "maybe": {"anyOf": [{"$ref": "#/$defs/Part"}, {"type": "null"}], "description": "Perhaps a part."},
        "form": {
            "oneOf": [{"$ref": "#/$defs/Part"}],
            "discriminator": {"propertyName": "kind", "mapping": {"part": "#/$defs/Part"}},
        },
        "labels": {"additionalProperties": {"description": "A label."}},
    },
    "$defs": {"Part": {"properties": {"power_w": {"description": "What it draws."}, "name": {}}}},
}


def sentence(text: str | bytes) -> str:
    """What the reader says of a document that it refuses."""
    with pytest.raises(DocumentError) as refused:
        parse_toml(text.encode() if isinstance(text, str) else text, "file.toml")
    return refused.value.sentence


def test_broken_toml_is_named_by_line_and_column() -> None:
    assert sentence("a = 1\nb = [1, 2\nc = 3") == (
        "file.toml: line 3, column 1: is not valid TOML (unclosed array). Mend that line."
    )


def test_toml_that_breaks_off_is_named_by_its_end() -> None:
    assert sentence('a = 1\nb = "open').startswith("file.toml: line 2, column 10: is not valid TOML (")
    assert sentence("a =").startswith("file.toml: line 1, column 4: ")


def test_a_key_that_is_given_twice_is_refused() -> None:
    assert sentence("a = 1\na = 2").endswith("Give each key once.")


def test_a_document_that_is_no_text_is_refused() -> None:
    assert sentence(b"a = 1\nb = \xff") == "file.toml: is not UTF-8 text in line 2. Save it as UTF-8."


def test_a_document_that_is_too_large_is_refused() -> None:
    assert "is larger than 256 kB" in sentence(b"#" * (MAX_BYTES + 1))


def test_a_line_that_is_too_long_is_refused() -> None:
    assert "in line 2" in sentence("a = 1\n#" + "x" * MAX_LINE)


def test_a_document_that_is_nested_deeply_is_refused() -> None:
    deep = MAX_DEPTH + 1
    assert "nested deeper" in sentence("a = " + "[" * deep + "]" * deep)
    assert "nested deeper" in sentence("a" + ".a" * deep + " = 1")
    assert "nested too deeply" in sentence("a = " + "[\n" * 50_000)


def test_a_document_of_too_many_values_is_refused() -> None:
    lines = "\n".join("0," * 1000 for _ in range(MAX_VALUES // 1000 + 1))
    assert f"more than {MAX_VALUES} values" in sentence(f"a = [\n{lines}\n]")


def test_a_document_says_what_it_is() -> None:
    assert schema_of({"schema": "drrouter.home/1"}, "file.toml") == "drrouter.home/1"
    for table in ({}, {"schema": 1}):
        with pytest.raises(DocumentError, match=r"file.toml: schema: is missing"):
            schema_of(table, "file.toml")


def test_the_licence_is_read_from_the_first_lines() -> None:
    stated = b"\n# SPDX-License-Identifier: GPL-3.0-or-later \nschema = 1"
    assert licence_of(stated, "file.toml") == "GPL-3.0-or-later"
    for unstated in (b"\n" * 30 + b"# SPDX-License-Identifier: CC0-1.0", b"schema = 1"):
        with pytest.raises(DocumentError, match=r"file.toml: SPDX-License-Identifier: is missing"):
            licence_of(unstated, "file.toml")


def test_dates_and_times_travel_as_text() -> None:
    table = parse_toml(b"day = 2026-12-25\nclock = 07:30:00", "file.toml")
    assert as_json(table) == '{"day": "2026-12-25", "clock": "07:30:00"}'
    with pytest.raises(TypeError):
        as_json({"x": object()})


@pytest.mark.parametrize("text", ["a\x1b[31m", "Washer\u202e", "zero\u200bwidth", "line\nbreak"])
def test_a_text_with_hidden_signs_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="invisible"):
        harmless(text)


def test_a_text_in_any_script_is_fine() -> None:
    assert harmless("Spülmaschine 50 °C – 洗濯機") == "Spülmaschine 50 °C – 洗濯機"


def fact(
    *loc: str | int, rule: str, found: object = None, msg: str = "Input is odd", **ctx: object
) -> dict[str, object]:
    """One finding of a check."""
    return {"loc": loc, "type": rule, "input": found, "msg": msg, "ctx": ctx}


def worded(table: Mapping[str, object], *facts: dict[str, object]) -> tuple[str, ...]:
    """All the sentences about a document."""
    return sentences(document_error("f.toml", table, facts, SCHEMA))


def test_an_unknown_key_names_the_nearest_known_one() -> None:
    table = {"list": [{"id": "heat", "powr_w": 1}]}
    assert worded(table, fact("list", 0, "powr_w", rule="extra_forbidden", found=1)) == (
        "f.toml: list[heat].powr_w: is not a key of this document. "
        "Did you mean 'power_w'? Known are: power_w, name.",
    )


def test_a_mistyped_key_is_not_also_said_to_be_missing() -> None:
    table = {"list": [{"powr_w": 1}]}
    found = worded(
        table,
        fact("list", 0, "power_w", rule="missing"),
        fact("list", 0, "powr_w", rule="extra_forbidden"),
        fact("list", rule="too_short", found=[], min_length=1, actual_length=0),
    )
    assert len(found) == 1


def test_an_unknown_key_in_a_place_nobody_described_has_no_suggestion() -> None:
    assert worded({"odd": {"x": 1}}, fact("odd", "x", rule="extra_forbidden")) == (
        "f.toml: odd.x: is not a key of this document.",
    )


def test_a_missing_key_says_what_it_is_for() -> None:
    assert worded({}, fact("name", rule="missing")) == (
        "f.toml: name: is missing. Add it: What it is called.",
    )
    assert worded({}, fact("form", "name", rule="missing")) == (
        "f.toml: name: is missing. Add it: What it is called.",
    )


def test_the_chosen_form_is_looked_up_and_its_tag_left_out() -> None:
    table = {"form": {"kind": "part"}, "maybe": {}}
    assert worded(table, fact("form", "part", "power_w", rule="missing")) == (
        "f.toml: form.power_w: is missing. Add it: What it draws.",
    )
    assert worded(table, fact("maybe", "power_w", rule="missing")) == (
        "f.toml: maybe.power_w: is missing. Add it: What it draws.",
    )


def test_an_unknown_kind_names_the_kinds_there_are() -> None:
    assert worded({"form": {}}, fact("form", rule="union_tag_invalid", found={"kind": "prt"})) == (
        "f.toml: form.kind: 'prt' is no kind that exists yet. Did you mean 'part'? Known are: part.",
    )
    assert worded({"form": {"kind": []}}, fact("form", rule="union_tag_invalid", found={"kind": []})) == (
        "f.toml: form.kind: a list is no kind that exists yet. Known are: part.",
    )
    assert worded({"form": {}}, fact("form", rule="union_tag_not_found", found={})) == (
        "f.toml: form.kind: is missing. Write one of: part.",
    )


def test_a_broken_rule_says_what_should_be_and_what_is() -> None:
    table: dict[str, object] = {"list": [1], "labels": {"xx": 1}, "name": {}}
    assert worded(table, fact("list", 0, rule="model_type", found=1)) == (
        "f.toml: list#1: should be a table, and is 1.",
    )
    assert worded(table, fact("name", rule="bool_type", found=True, msg="Input should be odd")) == (
        "f.toml: name: should be odd, and is true. What it is called.",
    )
    assert worded(table, fact("labels", "xx", "[key]", rule="string_pattern_mismatch", found="xx")) == (
        "f.toml: labels.xx: 'xx' does not have the right form. A label.",
    )
    assert worded(table, fact("list", rule="too_long", found=[], max_length=1)) == (
        "f.toml: list: may have at most 1 entries.",
    )
    assert worded(table, fact("list", rule="too_short", found=[], min_length=2, actual_length=1)) == (
        "f.toml: list: needs at least 2 entries, and has 1.",
    )
    assert worded(table, fact("name", rule="literal_error", found={}, expected="'a' or 'b'")) == (
        "f.toml: name: cannot be a table. Write 'a' or 'b'.",
    )
    assert worded(table, fact("name", rule="value_error", error=ValueError("is odd; make it even"))) == (
        "f.toml: name: is odd. Make it even.",
    )


def test_what_is_shown_of_a_document_is_short_and_harmless() -> None:
    table: dict[str, object] = {"a\u202eb": 1, "list": [{"id": "y" * 99, "power_w": []}]}
    (hidden,) = worded(table, fact("a\u202eb", rule="float_type", found="x" * 99))
    assert "\u202e" not in hidden
    assert "x" * 41 not in hidden
    (long,) = worded(table, fact("list", 0, "power_w", rule="float_type", found=[]))
    assert "y" * 41 not in long
    assert "and is a list" in long


def test_only_so_many_sentences_are_written() -> None:
    facts = [fact(f"k{number}", rule="missing") for number in range(50)]
    assert len(worded({}, *facts)) == MOST


def test_the_nearest_known_word_is_suggested() -> None:
    assert nearest("freezr", ["freezer", "washer"]) == "Did you mean 'freezer'? Known are: freezer, washer"
    assert nearest("zzz", ["freezer"]) == "Known are: freezer"
    assert nearest("zzz", []) == ""
