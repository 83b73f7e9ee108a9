"""A reason: a sentence as a code with values."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence as a code with values, so that a screen can say it in any language.

    Attributes:
        code: of its template, ``topic.meaning`` (``drrouter.planner.catalogue``).
        values: by the names of the template's fields: numbers, texts, and instants as ISO texts.
        parts: the reasons that stand inside the sentence, or behind it.
    """

    code: str
    values: dict[str, float | str] = field(default_factory=dict, hash=False)
    parts: tuple["Reason", ...] = ()
