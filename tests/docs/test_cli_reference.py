"""The command reference says what the program says."""

from pathlib import Path

from drrouter.cli.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"


def test_the_command_reference_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), (
        "write it anew: python -m drrouter.cli.reference > docs/cli.md"
    )
