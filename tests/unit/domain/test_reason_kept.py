"""A reason comes back from the tables that the router keeps of its own; anything else is no reason."""

import pytest

from drrouter.domain.plan import Reason
from drrouter.domain.reason_kept import reason_in, table_of

REASON = Reason(
    "outcome.not_stopped", {"member": "washer", "w": 2.0}, (Reason("said.text", {"text": "why"}),)
)


def test_a_reason_survives_its_table() -> None:
    assert reason_in(table_of(REASON)) == REASON
    assert table_of(None) is None


@pytest.mark.parametrize(
    "table",
    [
        None,
        "text",
        {"code": 3, "values": {}, "parts": []},
        {"code": "c", "values": [], "parts": []},
        {"code": "c", "values": {}, "parts": {}},
        {"code": "c", "values": {"a": None}, "parts": []},
        {"code": "c", "values": {"a": 10**400}, "parts": []},
        {"code": "c", "values": {"a": float("nan")}, "parts": []},
        {"code": "c", "values": {"a": float("-inf")}, "parts": []},
        {"code": "c", "values": {}, "parts": [None]},
    ],
)
def test_what_is_no_reason_is_read_as_none(table: object) -> None:
    assert reason_in(table) is None


def test_parts_in_parts_come_to_an_end() -> None:
    deep = Reason("c")
    for _ in range(20):
        deep = Reason("c", {}, (deep,))
    assert reason_in(table_of(deep)) is None
