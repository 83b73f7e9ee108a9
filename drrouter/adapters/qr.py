"""QR codes of addresses: as a picture for a page, and as text for a terminal."""

import io

import segno

_QUIET = 2
_ON_BLACK, _AS_BEFORE = "\x1b[97;40m", "\x1b[0m"


def svg(text: str) -> str:
    """A picture that fits into a page: no style, no script, and it grows with its place."""
    made: str = segno.make(text, error="m", micro=False).svg_inline(
        border=_QUIET, omitsize=True, light="#fff", svgclass=None, lineclass=None
    )
    return made


def lines(text: str, coloured: bool = True) -> str:
    """Lines of blocks for a terminal; coloured, a phone reads them whatever the terminal's own colours."""
    drawn = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(drawn, border=_QUIET, compact=True)
    rows = drawn.getvalue().splitlines()
    return "\n".join(f"{_ON_BLACK}{row}{_AS_BEFORE}" for row in rows) if coloured else "\n".join(rows)
