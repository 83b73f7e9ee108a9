"""Progress in a real terminal: begins after a second, tells what is waited for, and leaves nothing behind."""

import contextlib
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from drrouter.cli import progress
from drrouter.cli.progress import waiting

PROGRAM = (sys.executable, "-m", "drrouter")
REFUSAL = b'{"type": "urn:drrouter:problem:refused", "title": "no", "status": 503, "detail": "Not now."}'

pytestmark = pytest.mark.timeout(60)


class SlowRouter:
    """Answers with half of its answer, and with the other half when it is let go."""

    def __init__(self) -> None:
        self.go = Event()
        slow = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                is_settings = self.path.endswith("/settings")
                answer = b"{}" if is_settings else REFUSAL
                self.send_response(200 if is_settings or self.path.endswith("/bundle") else 503)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                if not is_settings:
                    self.wfile.write(answer[:10])
                    slow.go.wait(50)
                    answer = answer[10:]
                with contextlib.suppress(OSError):  # who asked is gone
                    self.wfile.write(answer)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                """Nothing is logged."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        thread = Thread(target=self.server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            self.go.set()
            self.server.shutdown()
            self.server.server_close()
            thread.join()


@pytest.fixture
def router() -> Iterator[SlowRouter]:
    slow = SlowRouter()
    with slow.serving():
        yield slow


class Terminal:
    """A command whose standard error is a terminal."""

    def __init__(self, *arguments: str, cwd: Path, url: str = "") -> None:
        self.master, other = pty.openpty()
        env = {
            **os.environ,
            "DRROUTER_URL": url,
            "DRROUTER_TOKEN": "t",
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "100",
        }
        self.process = subprocess.Popen(
            [*PROGRAM, *arguments], cwd=cwd, env=env, stderr=other, stdout=subprocess.PIPE, text=True
        )
        os.close(other)
        self.seen = ""

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()
        os.close(self.master)

    def until(self, words: str) -> str:
        """Read until the terminal shows this."""
        while words not in self.seen:
            self.seen += os.read(self.master, 4096).decode()
        return self.seen

    def end(self) -> tuple[int, str]:
        """How it ended, and all that the terminal has shown."""
        code = self.process.wait(30)
        with contextlib.suppress(OSError):  # Linux tells the end so
            while part := os.read(self.master, 4096):
                self.seen += part.decode()
        return code, self.seen


def left(shown: str) -> list[str]:
    """What stands on the lines of a terminal in the end."""
    lines = []
    for line in shown.replace("\r\n", "\n").split("\n"):
        cells = ""
        for part in line.split("\r"):
            cells = part + cells[len(part) :]
        lines.append(cells.rstrip())
    return [line for line in lines if line]


def test_a_slow_answer_is_waited_for_in_one_line_that_goes(router: SlowRouter, tmp_path: Path) -> None:
    with Terminal("status", cwd=tmp_path, url=router.url) as terminal:
        terminal.until(f"Waiting for the router at {router.url}: 1 s; Ctrl-C ends it.")
        terminal.until(": 2 s;")
        router.go.set()
        code, shown = terminal.end()
    assert code == 1
    assert "\n" not in shown.partition("Not now.")[0]
    assert left(shown) == ["Not now."]


def test_what_the_router_works_at_is_named(router: SlowRouter, tmp_path: Path) -> None:
    with Terminal("doctor", "--language", "de", cwd=tmp_path, url=router.url) as terminal:
        terminal.until("Warten auf die Untersuchung: 1 s; Strg-C bricht ab.")


def test_ctrl_c_ends_with_130_and_a_sentence_and_leaves_no_file(router: SlowRouter, tmp_path: Path) -> None:
    with Terminal("bundle", "help.zip", cwd=tmp_path, url=router.url) as terminal:
        terminal.until("Waiting for the bundle")
        terminal.process.send_signal(signal.SIGINT)
        code, shown = terminal.end()
    assert code == 130
    assert left(shown) == ["Stopped by Ctrl-C; no file is left half written."]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("quiet", ["--json", "--quiet"])
def test_programs_and_the_quiet_see_nothing(router: SlowRouter, tmp_path: Path, quiet: str) -> None:
    with Terminal("doctor", quiet, cwd=tmp_path, url=router.url) as terminal:
        with pytest.raises(subprocess.TimeoutExpired):
            terminal.process.wait(2.5)  # longer than until a line would begin
        router.go.set()
        assert left(terminal.end()[1]) == ["Not now."]


def test_a_pipe_sees_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "FIRST_AFTER_S", 0.0)
    with waiting("something") as tell:
        tell(0.5)
    assert capsys.readouterr().err == ""


class Screen:
    """A terminal in memory that tells when it is written to."""

    def __init__(self) -> None:
        self.text, self.written = "", Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> None:
        self.text += text
        self.written.set()

    def flush(self) -> None:
        """Everything is there already."""


def screen_of(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Called in the test itself: between fixture and test pytest puts its own standard error in place."""
    made = Screen()
    monkeypatch.setattr("sys.stderr", made)
    monkeypatch.setattr(progress, "FIRST_AFTER_S", 0.0)
    monkeypatch.setattr(progress, "AGAIN_AFTER_S", 0.001)
    progress.allow()
    return made


def test_a_share_is_told_and_an_inner_wait_keeps_the_outer_words(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = screen_of(monkeypatch)
    with waiting("the simulation") as tell:
        tell(0.42)
        with waiting("something else"):
            while "42 %" not in screen.text:  # a line that was begun before may still come
                screen.written.clear()
                assert screen.written.wait(20)
    assert "the simulation: 42 % after 0 s; Ctrl-C ends it." in screen.text
    assert "something else" not in screen.text
    assert left(screen.text) == []


def test_waits_that_follow_at_once_are_one_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = screen_of(monkeypatch)
    with waiting("one"):
        assert screen.written.wait(20)
    began = progress._state.began
    with waiting("two"):
        assert progress._state.began == began
    progress.allow()
    with waiting("three"):
        assert progress._state.began > began


def test_a_hushed_command_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = screen_of(monkeypatch)
    progress.hush()
    with waiting("something"):
        pass
    assert screen.text == ""
