"""Where the home file says that offline profiles lie."""

from pathlib import Path

import pytest

from drrouter.config import OfflineConfig, check_document, load_home
from drrouter.errors import DocumentError
from tests.profiles import profile_text
from tests.unit.config.homes import PROVIDER, SITE


def write(folder: Path, offline: str) -> Path:
    home = folder / "home.toml"
    home.write_text(f"{SITE}{PROVIDER}\n[provider.offline]\n{offline}\n", encoding="utf-8")
    return home


def offline_of(home: Path) -> OfflineConfig | None:
    (provider,) = load_home(home, environ=None).providers
    return provider.offline


def test_a_profile_may_lie_in_a_file_beside_the_home_file_that_comes_later(tmp_path: Path) -> None:
    home = write(tmp_path, 'file = "offline.toml"')
    assert offline_of(home) == OfflineConfig(file=tmp_path / "offline.toml")


def test_a_profile_may_lie_at_an_address(tmp_path: Path) -> None:
    home = write(tmp_path, 'url = "https://acme.example/offline.toml"')
    assert offline_of(home) == OfflineConfig(url="https://acme.example/offline.toml")


def test_a_provider_need_not_have_one(tmp_path: Path) -> None:
    home = tmp_path / "home.toml"
    home.write_text(SITE + PROVIDER, encoding="utf-8")
    assert offline_of(home) is None


@pytest.mark.parametrize(
    ("offline", "said"),
    [
        ("", "provider[sp].offline: needs either file or url. Write one of the two."),
        ('file = "a"\nurl = "https://b.example/c"', "needs either file or url."),
        ('url = "http://acme.example/offline.toml"', "is plain http to another machine"),
        ('urls = "x"', "Did you mean 'url'?"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, offline: str, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        load_home(write(tmp_path, offline), environ=None)
    assert said in caught.value.sentence


def test_a_check_of_the_home_file_reads_the_profile_too(tmp_path: Path) -> None:
    home = write(tmp_path, 'file = "offline.toml"')
    with pytest.raises(DocumentError, match=r"offline\.toml: cannot be read"):
        check_document(home)
    (tmp_path / "offline.toml").write_bytes(profile_text("", version=1))
    with pytest.raises(DocumentError, match="orders nothing"):
        check_document(home)
    (tmp_path / "offline.toml").write_bytes(profile_text())
    assert check_document(home).kind == "home"
