"""What a drawing may be made of: colours or letters, block characters or ASCII."""

import unicodedata
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

COLOURS = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#0072B2", "#D55E00", "#F0E442")
"""Of devices; eyes that confuse colours tell them apart (Okabe and Ito)."""

_SPELT = str.maketrans(
    {"…": "~", "–": "-", "—": "-", "’": "'", "ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "€": "EUR"}
)
"""What has no letter of ASCII inside it, and is still read without its own."""

BASE_COLOUR = "#8A8A8A"
CHEAP, MIDDLE, DEAR, PAID = "#3FA34D", "#D9A300", "#D1495B", "#2EC4B6"
ACCENT = "#4C8DFF"
BAD = "bold #D1495B"


@dataclass(frozen=True, slots=True)
class Pen:
    """One way to draw.

    Attributes:
        colours: whether loads are told apart by colour rather than by letter.
        blocks: whether there are more characters than those of ASCII.
    """

    colours: bool = True
    blocks: bool = True

    @property
    def eighths(self) -> str:
        """From empty to full, in eighths of a cell's height."""
        return " ▁▂▃▄▅▆▇█" if self.blocks else " ..::++##"

    @property
    def shade(self) -> str:
        """Where an event allows nothing."""
        return "░" if self.blocks else "/"

    @property
    def event(self) -> str:
        """While an event is in force."""
        return "▒" if self.blocks else "="

    @property
    def unknown(self) -> str:
        """A price that nobody has published yet."""
        return "░" if self.blocks else "?"

    @property
    def now(self) -> str:
        """The line of the present."""
        return "│" if self.blocks else "|"

    @property
    def here(self) -> str:
        """The row under the cursor."""
        return "▸" if self.blocks else ">"

    @property
    def dot(self) -> str:
        """Before the state of the link."""
        return "●" if self.blocks else "*"

    @property
    def ellipsis(self) -> str:
        """Something is cut off."""
        return "…" if self.blocks else "~"

    def fit(self, text: str, cells: int) -> str:
        """The text in exactly so many cells of the terminal."""
        text = self.plain(text)
        if cell_len(text) > cells:
            text = set_cell_size(text, cells - 1) + self.ellipsis
        return set_cell_size(text, cells)

    def plain(self, text: str) -> str:
        """The text with characters that this pen has."""
        if self.blocks:
            return text
        spelt = unicodedata.normalize("NFKD", text.translate(_SPELT))
        letters = "".join(sign for sign in spelt if not unicodedata.combining(sign))
        return letters.encode("ascii", "replace").decode()


COLOUR, LETTERS, ASCII = Pen(), Pen(colours=False), Pen(colours=False, blocks=False)
