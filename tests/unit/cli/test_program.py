"""The program as a whole: quick help with examples, exit codes, one sentence an error."""

import subprocess
import sys
import time

import pytest
import typer

from drrouter import errors
from drrouter.cli import exits, main
from drrouter.cli.program import app

VERBS = [verb.callback for verb in app.registered_commands if verb.callback]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_every_help_has_examples(verb: object) -> None:
    assert "Examples: `drrouter " in (verb.__doc__ or "")


def test_help_is_quick_and_loads_no_heavy_room() -> None:
    heavy = ("aiohttp", "pydantic", "pulp", "highspy", "kasa", "numpy", "textual")
    code = f"import sys, drrouter.cli; sys.exit(sum(name in sys.modules for name in {heavy}))"
    began = time.monotonic()
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert time.monotonic() - began < 5  # about 0.2 s; the machine may be busy


def test_the_module_is_the_program_and_no_command_shows_the_help() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "drrouter", "--help"], capture_output=True, text=True, check=False
    )
    assert shown.returncode == 0
    assert "override" in shown.stdout
    assert "sim-home" not in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--version"], 0),
        (["status", "--help"], 0),
        (["nonsense"], 2),
        (["why"], 2),
        (["override", "car", "sideways"], 2),
        (["vtn"], 2),
    ],
)
def test_usage_ends_with_its_code(arguments: list[str], code: int) -> None:
    assert main(arguments) == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.DaemonUnreachableError("x"), 3),
        (errors.WishImpossibleError("x"), 5),
        (errors.DaemonRefusedError("x", 400), 2),
        (errors.DaemonRefusedError("x", 403), 1),
        (errors.DeviceUnknownError("x"), 1),
    ],
)
def test_an_error_ends_with_its_code(error: errors.DrrouterError, code: int) -> None:
    assert exits.code_of(error) == code


def test_an_unknown_token_is_told_with_the_remedy() -> None:
    (words,) = exits.words_of(errors.DaemonRefusedError("The token is not known.", 401))
    assert words.endswith("Name the router's token with --token-file.")


def test_a_fault_of_the_program_is_a_sentence_and_with_debug_a_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: object) -> None:
        raise KeyError("lost")

    monkeypatch.setattr("drrouter.cli.start", broken)
    assert main(["status"]) == 1
    assert "a fault of its own (KeyError: 'lost')" in capsys.readouterr().err
    with pytest.raises(KeyError):
        main(["status", "--debug"])


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (BrokenPipeError(), 141)])
def test_an_interrupted_program_ends_quietly(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    def interrupted(_: object) -> None:
        raise error

    monkeypatch.setattr("drrouter.cli.start", interrupted)
    assert main(["status"]) == code


@pytest.mark.parametrize("verb", ["schema", "tariff list", "--help"])
def test_a_reader_that_stops_reading_is_no_failure(verb: str) -> None:
    command = f"{sys.executable} -m drrouter {verb} | head -c 0; echo ${{PIPESTATUS[0]}}"
    shown = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (shown.stdout, shown.stderr) == ("141\n", "")


def test_what_a_stranger_is_called_does_nothing_to_the_terminal() -> None:
    assert exits.words_of(errors.DeviceError("car\x1b[31m\u202e is silent")) == ["car [31m is silent"]


def test_a_reader_that_stops_reading_gets_no_trace() -> None:
    command = f"{sys.executable} -m drrouter.cli.reference | head -1"
    shown = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert shown.stdout == "# Command line\n"


@pytest.mark.parametrize(
    ("cause", "code", "sentence"),
    [
        (KeyboardInterrupt(), 130, "Stopped by Ctrl-C"),
        (EOFError(), 1, "No answer came, so nothing more was done"),
    ],
)
def test_who_leaves_a_question_unanswered_is_told_what_that_means(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    cause: BaseException,
    code: int,
    sentence: str,
) -> None:
    def asking(_: object) -> None:
        try:
            raise cause
        except (KeyboardInterrupt, EOFError):
            raise typer.Abort from None

    monkeypatch.setattr("drrouter.cli.start", asking)
    assert main(["setup"]) == code
    assert sentence in capsys.readouterr().err
