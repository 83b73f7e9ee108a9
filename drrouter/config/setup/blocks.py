"""Where the tables of a TOML text begin and end, by their header lines.

    [site]              a block of "site" ...
    name = "Home"
    [site.pv]           ... to which its own tables belong
    peak_w = 4000

    # The washer        the comment above a header belongs to the table below
    [[device]]          the first block of "device"

Lines inside of multi-line texts that look like headers are taken for headers, too: whoever changes a text by
this compares afterwards what it says (``text``).
"""

import re
from dataclasses import dataclass

_HEADER = re.compile(r"^[ \t]*\[(?P<double>\[?)[ \t]*(?P<name>[A-Za-z0-9_-]+)[ \t]*(?P<below>\.)?")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of a text from a header to the last value below it.

    Attributes:
        first: index of its header.
        behind: index of the line after its last value.
        is_array: it is one of several: ``[[name]]``.
    """

    name: str
    first: int
    behind: int
    is_array: bool


def blocks_of(lines: list[str]) -> list[Block]:
    """Every block, in order."""
    heads = [(at, found) for at, line in enumerate(lines) if (found := _HEADER.match(line))]
    tops = [(at, found) for at, found in heads if not found["below"]]
    ends = [at for at, _ in tops[1:]] + [len(lines)]
    return [
        Block(found["name"], at, _behind(lines, at, end), bool(found["double"]))
        for (at, found), end in zip(tops, ends, strict=False)
    ]


def _behind(lines: list[str], first: int, end: int) -> int:
    """Where the last value ends: blank lines and comments below it belong to what follows."""
    while end > first + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end
