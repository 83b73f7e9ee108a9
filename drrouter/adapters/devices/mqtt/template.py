"""Value templates, the few forms that devices really use; no template engine, for templates are hostile.

    template = "{{" base {"|" filter} "}}"
    base     = "value" | "value_json" {step}
    step     = "." name | "['" key "']" | "[" number "]" | ".get('" key "')"
    filter   = ("float" | "int" | "round" | "is_defined") ["(" number ")"]

A default in a filter (``float(0)``) is not taken: what a device does not say, it does not say.
"""

import math
import re
from dataclasses import dataclass

from drrouter.adapters.devices.gate import number_in
from drrouter.adapters.devices.mqtt.payload import Payload

LONGEST = 256
"""Characters of a template that is looked at."""

_WHOLE = re.compile(
    r"\{\{-?\s*(?P<base>value_json|value)(?P<steps>[^|{}%]*?)(?P<filters>(?:\|[^|{}%]*)*?)\s*-?\}\}"
)
_STEP = re.compile(
    r"""\s*(?:\.get\(\s*(?:'(?P<got1>[^'\\]*)'|"(?P<got2>[^"\\]*)")\s*\)
    | \.(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | \[\s*(?:'(?P<key1>[^'\\]*)'|"(?P<key2>[^"\\]*)"|(?P<index>\d{1,4}))\s*\])""",
    re.VERBOSE,
)
_FILTER = re.compile(
    r"\|\s*(?P<name>float|int|round|is_defined)\s*(?:\(\s*(?:default\s*=\s*)?(?P<argument>-?\d{1,9}(?:\.\d{1,9})?)?\s*\))?\s*"
)


@dataclass(frozen=True, slots=True)
class Template:
    """Where in a message a value stands.

    Attributes:
        steps: the way through the JSON; None takes the whole text.
        filters: what is done to it then, each with its number.
    """

    steps: tuple[str | int, ...] | None = None
    filters: tuple[tuple[str, int], ...] = ()

    def value(self, payload: Payload) -> object:
        """What the message says there; None where it says nothing.

        >>> template("{{ value_json.a['b'] | round(1) }}").value(Payload(b'{"a": {"b": 71.52}}'))
        71.5
        """
        found: object = payload.text if self.steps is None else _walk(payload.json, self.steps)
        for name, digits in self.filters:
            found = _filtered(found, name, digits)
        return found

    def number(self, payload: Payload) -> float | None:
        """The number there: NaN where something stands there that is none, None where nothing does."""
        found = self.value(payload)
        return None if found is None else number_in(found)

    def words(self, payload: Payload) -> str | None:
        """The text there, as Home Assistant compares it with states; None where nothing is.

        >>> template("{{ value_json.on }}").words(Payload(b'{"on": true}'))
        'True'
        """
        found = self.value(payload)
        return None if found is None or isinstance(found, dict | list) else str(found).strip()


WHOLE = Template()
"""The message itself is the value."""


def template(text: object) -> Template | None:
    """Read a value template; None where it is of no form that is understood.

    >>> template("{{ value_json.a.b }}"), template("{% if value %}1{% endif %}")
    (Template(steps=('a', 'b'), filters=()), None)
    """
    if text is None or text == "":
        return WHOLE
    match = _WHOLE.fullmatch(text.strip()) if isinstance(text, str) and len(text) <= LONGEST else None
    if match is None:
        return None
    steps, filters = _steps(match["steps"].strip()), _filters(match["filters"].strip())
    if steps is None or filters is None or (steps and match["base"] == "value"):
        return None
    return Template(steps if match["base"] == "value_json" else None, filters)


def path(*steps: str | int) -> Template:
    """The template of a fixed way through the JSON."""
    return Template(steps)


def _steps(text: str) -> tuple[str | int, ...] | None:
    """The way, None where it is none."""
    steps: list[str | int] = []
    while text:
        match = _STEP.match(text)
        if match is None:
            return None
        index = match["index"]
        steps.append(int(index) if index else next(found for found in match.groups() if found is not None))
        text = text[match.end() :]
    return tuple(steps)


def _filters(text: str) -> tuple[tuple[str, int], ...] | None:
    """The filters, None where one is not known."""
    filters: list[tuple[str, int]] = []
    while text:
        match = _FILTER.match(text)
        if match is None:
            return None
        filters.append((match["name"], int(float(match["argument"] or 0))))
        text = text[match.end() :]
    return tuple(filters)


def _walk(found: object, steps: tuple[str | int, ...]) -> object:
    """What stands at the end of the way; None where it leads nowhere."""
    for step in steps:
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and isinstance(step, int) and step < len(found):
            found = found[step]
        else:
            return None
    return found


def _filtered(found: object, name: str, digits: int) -> object:
    """It after one filter; NaN stays what is no number."""
    if found is None or name == "is_defined":
        return found
    value = number_in(found)
    if math.isnan(value):
        return value
    match name:
        case "int":
            return int(value)
        case "round":
            return round(value, max(-9, min(digits, 9)))
    return value
