"""The page for newcomers shows the screens as they are, and pictures that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "newcomer.md"
PICTURE = ROOT / "tests" / "ui" / "pictures" / "newcomer_80x24.txt"


def test_the_screen_on_the_page_is_the_one_that_is_kept() -> None:
    assert PICTURE.read_text(encoding="utf-8") in PAGE.read_text(encoding="utf-8"), f"copy {PICTURE.name}"


def test_every_picture_of_the_page_is_there_and_is_one_that_make_draws() -> None:
    pictures = re.findall(r"\]\((pictures/[^)]+)\)", PAGE.read_text(encoding="utf-8"))
    assert len(pictures) == 3
    drawn = (ROOT / "Makefile").read_text(encoding="utf-8")
    for picture in pictures:
        assert (PAGE.parent / picture).is_file()
        assert f"docs/{picture}" in drawn
