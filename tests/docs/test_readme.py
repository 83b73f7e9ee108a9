"""The README shows the screens as they are."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "tests" / "ui" / "pictures" / "letters_80x24.txt"


def test_the_picture_in_the_readme_is_the_picture_that_is_kept() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert PICTURE.read_text(encoding="utf-8") in readme, f"copy {PICTURE.name} into the README"
