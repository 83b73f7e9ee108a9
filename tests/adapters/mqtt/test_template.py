"""Value templates: the common forms are understood, and nothing else is even tried."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.adapters.devices.mqtt.payload import Payload
from drrouter.adapters.devices.mqtt.template import WHOLE, template

STATE = Payload(b'{"a": {"b c": [1.5, "2.26"]}, "on": true, "text": "ON", "none": null}')


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ value_json.a['b c'][0] }}", 1.5),
        ("{{value_json['a']['b c'][1]|float}}", 2.26),
        ('{{ value_json["a"]["b c"][1] | float(0) | round(1) }}', 2.3),
        ("{{ value_json.a.get('b c')[1] | int(default=0) }}", 2),
        ("{{- value_json.text -}}", "ON"),
        ("{{ value_json.text | is_defined }}", "ON"),
        ("{{ value_json.missing | float(0) }}", None),
        ("{{ value_json.a['b c'][7] }}", None),
        ("{{ value_json.text.deeper }}", None),
    ],
)
def test_common_forms_are_understood(text: str, value: object) -> None:
    found = template(text)
    assert found is not None
    assert found.value(STATE) == value


@pytest.mark.parametrize("text", [None, "", "{{ value }}"])
def test_the_whole_message_is_a_value(text: str | None) -> None:
    found = template(text)
    assert found is not None
    assert found.value(Payload(b" 71.5 ")) == "71.5"
    assert found.number(Payload(b"71.5")) == 71.5


def test_a_word_where_a_number_should_stand_is_no_number() -> None:
    found = template("{{ value_json.text | float | round(1) }}")
    assert found is not None
    assert math.isnan(found.number(STATE) or 0.0)
    assert found.number(Payload(b"garbage")) is None


def test_words_are_written_as_home_assistant_compares_them() -> None:
    on = template("{{ value_json.on }}")
    table = template("{{ value_json.a }}")
    assert on is not None
    assert table is not None
    assert (on.words(STATE), table.words(STATE)) == ("True", None)


@pytest.mark.parametrize(
    "text",
    [
        "{% if value_json.a %}1{% endif %}",
        "{{ value_json.a / 1000 }}",
        "{{ value_json.a | multiply(2) }}",
        "{{ value_json.a | round(1 }}",
        "{{ value_json.a }}{{ value_json.b }}",
        "{{ value_json.a.__class__() }}",
        "{{ value.text }}",
        "{{ states('sensor.x') }}",
        "{{ value_json['a\\'b'] }}",
        "{{ value_json." + "a" * 300 + " }}",
        "value",
        7,
        ["{{ value }}"],
    ],
)
def test_every_other_form_is_left_alone(text: object) -> None:
    assert template(text) is None


@given(st.text(alphabet="{}|.[]()'\" abvlue_json0123456789%-", max_size=80))
def test_no_text_is_too_strange_to_be_looked_at(text: str) -> None:
    found = template("{{ value_json" + text + " }}")
    if found is not None:
        found.number(STATE)
        found.words(STATE)
    assert WHOLE.value(Payload(b"x")) == "x"
