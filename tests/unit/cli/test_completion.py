"""Completion in a shell: bash is told every verb that begins as typed, and the options of each."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from drrouter.cli.program import app

GROUPS = [group for group in app.registered_groups if isinstance(group.typer_instance, typer.Typer)]
VERBS = [
    (str(group.name), verb.callback)
    for group in GROUPS
    for verb in group.typer_instance.registered_commands  # type: ignore[union-attr] # a Typer, as said above
]


def completed(words: str, home: Path, place: int) -> list[str]:
    """What bash would offer."""
    asked = {"_DRROUTER_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(place)}
    shown = subprocess.run(
        [sys.executable, "-m", "drrouter"],
        env={**os.environ, "HOME": str(home), **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    return shown.stdout.split()


def test_bash_completes_verbs_and_options(tmp_path: Path) -> None:
    assert completed("drrouter st", tmp_path, 1) == ["status", "steer"]
    assert {"--once", "--plain", "--language"} <= set(completed("drrouter tui --", tmp_path, 2))


def test_bash_learns_to_complete_by_one_option(tmp_path: Path) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "drrouter", "--show-completion", "bash"],
        env={**os.environ, "HOME": str(tmp_path), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "complete_bash" in shown.stdout
    assert "complete -o" in shown.stdout


@pytest.mark.parametrize(("group", "verb"), VERBS, ids=lambda value: getattr(value, "__name__", value))
def test_every_help_of_a_verb_in_a_group_has_examples(group: str, verb: object) -> None:
    assert f"`drrouter {group} " in (verb.__doc__ or "")
