"""Providers that are believed unverified: with a reason, within the home, and never in silence."""

from pathlib import Path

import pytest

from drrouter.config import load_home
from drrouter.config.check import check_document
from drrouter.config.uplinks import feed_settings, openadr2_settings, openadr3_settings
from drrouter.errors import DocumentError
from tests.unit.config.homes import OLDER_PROVIDER, PROVIDER, SITE

LAB = "https://192.168.7.7:8443/3.1.0"
BELIEVED = 'tls = "unverified"\ntls_reason = "a lab without certificates"\n'
HERE = PROVIDER.replace("https://vtn.example/3.1.0", LAB)
OLDER = OLDER_PROVIDER.replace("vtn.example", "vtn.local").replace('"sp"', '"older"')
FEED = """
[[provider]]
id = "market"
kind = "feed"
format = "awattar"
"""
SAID = (
    "Provider sp is not verified, so that anybody in the home network could speak for it "
    "(a lab without certificates)."
)


def write(folder: Path, text: str) -> Path:
    home = folder / "home.toml"
    home.write_text(SITE + text, encoding="utf-8")
    return home


def test_who_is_believed_is_a_warning_of_the_check_and_lasts_in_the_status(tmp_path: Path) -> None:
    """4."""
    path = write(tmp_path, HERE + BELIEVED)
    home = load_home(path, environ=None)
    assert home.unverified == (SAID,)
    assert SAID in home.warnings
    assert SAID in check_document(path).warnings


def test_every_kind_of_provider_is_told(tmp_path: Path) -> None:
    """4."""
    feed = FEED + 'url = "https://prices.local/day"\n'
    home = load_home(write(tmp_path, HERE + BELIEVED + OLDER + BELIEVED + feed + BELIEVED), environ=None)
    assert len(home.unverified) == 3
    newer, older = home.providers
    assert openadr3_settings(newer, home, "seed").unverified
    assert openadr2_settings(older, "seed").unverified
    assert feed_settings(home.feeds[0], home).unverified


def test_who_is_verified_is_no_news(tmp_path: Path) -> None:
    """4."""
    home = load_home(write(tmp_path, PROVIDER + 'tls = "verified"\n'), environ=None)
    assert home.unverified == ()
    assert not openadr3_settings(home.providers[0], home, "seed").unverified


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HERE + 'tls = "unverified"\n', 'needs tls = "unverified" and tls_reason together'),
        (HERE + 'tls_reason = "why not"\n', 'needs tls = "unverified" and tls_reason together'),
        (HERE + 'tls = "unverified"\ntls_reason = " "\n', "together"),
        (HERE + 'tls = "off"\n', "Write 'verified' or 'unverified'"),
        (HERE + BELIEVED + 'ca_file = "ca.pem"\n', "has a ca_file that nobody looks at"),
        (PROVIDER + BELIEVED, "believes vtn.example unverified"),
        (PROVIDER.replace("vtn.example", "8.8.8.8") + BELIEVED, "believes 8.8.8.8 unverified"),
        (PROVIDER.replace("vtn.example", "_openadr3._tcp.local") + BELIEVED, "believes _openadr3._tcp.local"),
        (PROVIDER.replace("https://vtn.example", "http://127.0.0.1:1") + BELIEVED, "only an https address"),
        (HERE + BELIEVED + 'token_url = "https://tokens.example/"\n', "believes tokens.example unverified"),
        (HERE + BELIEVED + '[provider.offline]\nurl = "https://a.example/o"\n', "believes a.example"),
        (FEED + 'file = "prices.json"\n' + BELIEVED, "reads a file, which needs no TLS"),
        (FEED + 'url = "https://prices.example/"\n' + BELIEVED, "believes prices.example unverified"),
    ],
)
def test_belief_without_reason_or_beyond_the_home_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """4: S4, never silent."""
    with pytest.raises(DocumentError) as caught:
        load_home(write(tmp_path, text), environ=None)
    assert said in caught.value.sentence, caught.value.sentence
