"""What the check of a document says of one that passed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A document that passed.

    Attributes:
        kind: ``home``, ``object model``, ``tariff`` or ``offline profile``.
        sentence: what it holds.
        warnings: what is allowed and yet worth a look.
    """

    kind: str
    sentence: str
    warnings: tuple[str, ...] = ()
