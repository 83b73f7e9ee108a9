"""JSON of strangers is read strictly and refused with a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.adapters.strict_json import decode, encode, parse
from drrouter.domain.wish import Override
from drrouter.errors import MessageError


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b'{"a": 1, "a": 2}', "the key stands twice"),
        (b'{"a": NaN}', "NaN is not a number"),
        (b'{"a": -Infinity}', "-Infinity is not a number"),
        (b'{"a": 1e400}', "1e400 is not a number"),
        (b"[" * 17 + b"]" * 17, "nested too deeply"),
        (b"[" * 60_000, "nested too deeply"),
        (b'"' + b"x" * 70_000 + b'"', "bytes are too many"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'{"a": }', "not JSON at line 1"),
        (b"", "not JSON"),
        (b"1" * 5_000, "a number that is too long"),
    ],
)
def test_what_no_honest_client_sends_is_refused_with_a_sentence(text: bytes, sentence: str) -> None:
    with pytest.raises(MessageError, match=sentence):
        parse(text, "the request")


def test_brackets_inside_of_texts_do_not_nest() -> None:
    assert parse(b'["[[[[[[[[[[[[[[[[[[[[\\"[[[", 1.5]', "the request") == ["[" * 20 + '"[[[', 1.5]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(json_values)
def test_honest_json_is_read_as_it_was_written(value: object) -> None:
    assert parse(encode(object, value), "the request", most_depth=100) == value


def test_a_value_of_another_type_is_refused_with_the_key_and_the_number_of_problems() -> None:
    text = b'{"device_id": 1, "mode": "sideways", "until": "2026-06-01T12:00:00Z"}'
    with pytest.raises(
        MessageError, match=r"the store: device_id: input should be a valid string\. Problems: 2 in all"
    ):
        decode(Override, text, "the store")


@pytest.mark.parametrize("text", [b'"\\"' + b"[" * 100, b'"\\\\"' + b"[" * 100, b'"' + b"[" * 100])
def test_a_text_that_never_ends_is_refused_and_its_brackets_do_not_count(text: bytes) -> None:
    with pytest.raises(MessageError) as refused:
        parse(text, "the request")
    assert ("nested" in str(refused.value)) is (text[:4] == b'"\\\\"')
