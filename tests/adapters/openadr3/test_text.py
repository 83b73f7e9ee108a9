"""JSON of the OpenADR wire is read within limits."""

import json

import pytest

from drrouter.adapters.openadr3 import MOST_BYTES, loads_strict
from drrouter.errors import MessageError


def test_honest_json_is_read() -> None:
    assert loads_strict(b'{"a": [1, 2.5, null, true]}', where="the peer") == {"a": [1, 2.5, None, True]}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b" " * (MOST_BYTES + 1), "bytes are too many"),
        (b"[" * 33 + b"]" * 33, "nested too deeply"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": NaN}', "NaN is not a number"),
        (b'{"a": 1e400}', "not a number"),
        (b'{"a": 1, "a": 2}', "a: the key stands twice"),
        (b"\xff\xfe", "not UTF-8"),
        (b"", "not JSON"),
        (b"{'a': 1}", "not JSON"),
    ],
)
def test_what_no_honest_peer_sends_is_refused_with_a_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(MessageError, match=f"the peer.*{sentence}"):
        loads_strict(body, where="the peer")


def test_the_limits_can_be_set() -> None:
    assert loads_strict(json.dumps([[[]]]).encode(), where="x", max_depth=3) == [[[]]]
    with pytest.raises(MessageError):
        loads_strict(b"[[[]]]", where="x", max_depth=2)
    with pytest.raises(MessageError):
        loads_strict(b"[[[]]]", where="x", max_bytes=5)
