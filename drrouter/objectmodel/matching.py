"""How well an object model knows a found device: its matchers against what the device shows of itself.

    confidence = sum over the keys of a matcher of  trust(key) * (1 + share of the value spelled out) / 2

Maker and model, spelled out, make 0.95. A name that people gave (alias) makes half of that: it may tell of
anything. A pattern that spells out nothing (``*``) makes a tenth of its trust. The best matcher counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from drrouter.objectmodel.document import ModelDocument
from drrouter.ports import Found

TRUST = {"model": 0.65, "manufacturer": 0.3}
"""How far a key tells what a device is."""

OTHER_TRUST = 0.5
SURE = 0.95
"""No matcher is surer than that: makers give several devices one name."""

_LONGEST_IDENTITY = 256
_VAGUE = 0.1


@dataclass(frozen=True, slots=True)
class Match:
    """An object model that fits a found device.

    Attributes:
        confidence: from 0 to 1, how well its best matcher knows the device.
        letters: how many letters of the identity that matcher spells out.
    """

    model: ModelDocument
    confidence: float
    letters: int

    @property
    def rank(self) -> tuple[bool, int, float, str]:
        """The better, the lower."""
        return not self.model.flexibility, -self.letters, -self.confidence, self.model.id


def best_of(model: ModelDocument, found: Found) -> Match | None:
    """How the best of a model's matchers knows a found device, None where none fits."""
    shown = {key: value[:_LONGEST_IDENTITY].casefold() for key, value in found.identity.items()}
    fitting = (
        patterns
        for matcher in model.identity.match
        for integration, patterns in matcher.items()
        if integration == found.integration and _fits(patterns, shown)
    )
    matches = (Match(model, _confidence(patterns, shown), _letters(patterns)) for patterns in fitting)
    return min(matches, key=lambda one: one.rank, default=None)


def _fits(patterns: Mapping[str, str], shown: Mapping[str, str]) -> bool:
    """Whether every pattern fits what is shown."""
    return all(
        key in shown and fnmatchcase(shown[key], pattern.casefold()) for key, pattern in patterns.items()
    )


def _letters(patterns: Mapping[str, str]) -> int:
    """How many letters the patterns spell out."""
    return sum(map(_spelled, patterns.values()))


def _spelled(pattern: str) -> int:
    """How many letters of a value a pattern spells out."""
    return len(pattern.replace("*", "").replace("?", ""))


def _confidence(patterns: Mapping[str, str], shown: Mapping[str, str]) -> float:
    """How far these patterns tell what the device is."""
    told = sum(
        TRUST.get(key, OTHER_TRUST) * _certainty(pattern, shown[key]) for key, pattern in patterns.items()
    )
    return round(min(told, SURE), 2)


def _certainty(pattern: str, value: str) -> float:
    """From half to all of a key's trust, by the share of the value that is spelled out."""
    spelled = _spelled(pattern)
    return (1 + min(spelled / max(len(value), 1), 1.0)) / 2 if spelled else _VAGUE
