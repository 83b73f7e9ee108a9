"""A verb finds its router by options, environment and the note, and gives a token to its own router only."""

from pathlib import Path

import pytest

from drrouter.adapters.profile import Profile, profile_path, write_profile
from drrouter.cli.connection import DEFAULT_URL, Access, find
from drrouter.errors import DocumentError


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(tmp_path)}


def test_without_anything_the_usual_address_is_tried(environment: dict[str, str]) -> None:
    assert find(None, None, None, environment) == Access(DEFAULT_URL, "")


def test_the_note_of_a_running_router_is_enough(environment: dict[str, str]) -> None:
    write_profile(Profile("http://127.0.0.1:1234", "secret"), profile_path(environment))
    assert find(None, None, None, environment) == Access("http://127.0.0.1:1234", "secret")
    assert find("http://127.0.0.1:1234/", None, None, environment).token == "secret"
    assert find(None, "mine", None, environment) == Access("http://127.0.0.1:1234", "mine")


def test_the_token_of_the_note_is_never_given_to_another_router(environment: dict[str, str]) -> None:
    write_profile(Profile("http://127.0.0.1:1234", "secret"), profile_path(environment))
    assert find("http://evil.example", None, None, environment) == Access("http://evil.example", "")


def test_a_token_file_is_read_and_comes_first(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from file\n")
    assert find("http://a", "flag", file, environment) == Access("http://a", "from file")
    with pytest.raises(DocumentError, match="the token cannot be read"):
        find("http://a", None, tmp_path / "nothing", environment)
