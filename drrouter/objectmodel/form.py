"""What every form of flexibility has in common, whichever its kind."""

from typing import Literal

from drrouter.objectmodel.parts import Key, Labels, Part


class Form(Part):
    """One form of flexibility; a home chooses one of several by its id, or by its kind."""

    id: Key | None = None
    """Tells it from other forms of the same kind."""
    name: Labels | None = None
    """What people call it, by language."""
    lines: Literal[1, 3] = 1
    """Over how many of L1, L2 and L3 its power spreads evenly."""

    @property
    def key(self) -> str:
        """What the home file calls it."""
        kind: str = getattr(self, "kind", "")
        return self.id or kind
