"""The note of a running router is private, whole, and leaves the former one as it was."""

from pathlib import Path

import pytest

from drrouter.adapters.profile import Profile, profile_path, read_profile, remembered, write_profile
from drrouter.errors import DocumentError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "drrouter" / "profile.toml"


def test_it_lies_where_the_desktop_standard_says() -> None:
    assert profile_path({"XDG_CONFIG_HOME": "/x", "HOME": "/h"}) == Path("/x/drrouter/profile.toml")
    assert profile_path({"XDG_CONFIG_HOME": "relative", "HOME": "/h"}) == Path(
        "/h/.config/drrouter/profile.toml"
    )
    assert profile_path({"HOME": "/h"}) == Path("/h/.config/drrouter/profile.toml")


def test_what_was_written_is_read_back_and_is_private(path: Path) -> None:
    for profile in (Profile("http://a", "t\"o'k\\n"), Profile("http://b", None, Path("/x y/ü"))):
        write_profile(profile, path)
        assert read_profile(path) == profile
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["profile.toml"]


def test_the_token_may_lie_in_a_file_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "token"
    profile = Profile("http://a", token_file=file)
    with pytest.raises(DocumentError, match="the token cannot be read"):
        profile.secret()
    file.write_text("\n")
    with pytest.raises(DocumentError, match="is empty"):
        profile.secret()
    file.write_text("secret\n")
    assert profile.secret() == "secret"
    assert Profile("http://a", "t").secret() == "t"
    assert Profile("http://a").secret() is None


def test_no_profile_is_none_and_a_broken_one_a_sentence(path: Path) -> None:
    assert read_profile(path) is None
    path.parent.mkdir(parents=True)
    for text in ("url = ", "token = 'x'", "url = 'x'\ntoken = 5"):
        path.write_text(text)
        with pytest.raises(DocumentError):
            read_profile(path)
    with pytest.raises(DocumentError, match="cannot be written"):
        write_profile(Profile("x"), path / "below a file")


def test_it_is_remembered_while_the_router_runs_and_no_longer(path: Path) -> None:
    with remembered(Profile("http://a"), path):
        with remembered(Profile("http://b"), path):
            assert read_profile(path) == Profile("http://b")
        assert read_profile(path) == Profile("http://a")
    assert read_profile(path) is None


def test_a_router_runs_where_the_note_cannot_be_written(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.parent.write_text("a file where the folder should be")
    with remembered(Profile("http://a"), path):
        assert "commands will need --url" in caplog.text
    assert path.parent.parent.read_text() == "a file where the folder should be"


def test_what_somebody_else_wrote_meanwhile_stays(path: Path) -> None:
    with remembered(Profile("http://a"), path):
        write_profile(Profile("http://other"), path)
    assert read_profile(path) == Profile("http://other")
    with remembered(Profile("http://a"), path):
        path.unlink()
    assert read_profile(path) is None
