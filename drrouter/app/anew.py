"""How a home is entered anew when its file has changed, without the process ending."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Anew:
    """What the running home is given of whoever enters it again and again.

    Attributes:
        begin: leaves the home, and enters it as its file then says; None: nobody does.
        trouble: why the file could not be entered the last time, so that the one before runs; else "".
    """

    begin: Callable[[], None] | None = None
    trouble: str = ""
