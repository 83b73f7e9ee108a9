"""Price feeds in the home file: where they are read, with which token, and what is wrong with them."""

from pathlib import Path

import pytest

from drrouter.config import FeedConfig, Secret, check_document, load_home
from drrouter.domain.ids import ProviderId
from drrouter.errors import DocumentError
from tests.unit.config.homes import PROVIDER, SITE

FEED = '\n[[provider]]\nid = "market"\nkind = "feed"\nformat = "entsoe_a44"\n'


def write(folder: Path, text: str) -> Path:
    home = folder / "home.toml"
    home.write_text(text, encoding="utf-8")
    return home


def test_a_feed_may_be_an_address_with_a_token_beside_other_providers(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("s3cret\n", encoding="utf-8")
    token.chmod(0o600)
    (tmp_path / "ca.pem").write_text("", encoding="utf-8")
    more = 'url = "https://web.example/api?from={from_compact}"\narea = "10YNL----------L"\n'
    more += 'token_file = "token"\n'
    home = load_home(
        write(tmp_path, SITE + PROVIDER + FEED + more + 'ca_file = "ca.pem"\npoll_s = 600'), environ=None
    )
    assert [provider.id for provider in home.providers] == ["sp"]
    (feed,) = home.feeds
    assert feed == FeedConfig(
        ProviderId("market"),
        "entsoe_a44",
        url="https://web.example/api?from={from_compact}",
        area="10YNL----------L",
        token=Secret("s3cret"),
        ca_file=tmp_path / "ca.pem",
        poll_s=600,
    )
    assert "s3cret" not in repr(feed)


def test_a_feed_may_be_a_file_that_comes_later(tmp_path: Path) -> None:
    home = write(tmp_path, SITE + FEED + 'file = "prices.xml"\ndirection = "both"\n')
    (feed,) = load_home(home, environ=None).feeds
    assert (feed.file, feed.url, feed.direction, feed.token) == (tmp_path / "prices.xml", "", "both", None)
    assert "1 provider" in check_document(home).sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FEED, "provider[market]: needs either file or url. Write one of the two."),
        (FEED + 'file = "a"\nurl = "https://b.example/c"', "needs either file or url."),
        (FEED + 'url = "http://b.example/c"', "is plain http to another machine"),
        (FEED.replace("entsoe_a44", "entsoe") + 'file = "a"', "cannot be 'entsoe'. Write 'awattar', "),
        (FEED + 'file = "a"\ntoken_file = "none"', "provider[market].token_file"),
        (FEED + 'file = "a"\nca_file = "none.pem"', "there is no file"),
        (FEED + 'file = "a"\nprogramme = "x"', "is not a key of this document"),
        (FEED + 'file = "a"\n' + FEED + 'file = "b"', "provider[market].id: is used twice."),
        (FEED.replace('"feed"', '"fed"') + 'file = "a"', "provider[market].kind: "),
    ],
)
def test_what_is_wrong_with_a_feed_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        load_home(write(tmp_path, SITE + text), environ=None)
    assert said in caught.value.sentence, caught.value.sentence


def test_a_feed_beside_a_tariff_that_follows_nobody_is_worth_a_look(tmp_path: Path) -> None:
    site = SITE.replace("generic.nl_dynamic", "generic.nl_day_night")
    checked = check_document(write(tmp_path, site + FEED + 'file = "a"\n'))
    assert any(
        "takes the place of the energy price of the tariff generic.nl_day_night" in one
        for one in checked.warnings
    )
    assert check_document(write(tmp_path, SITE + FEED + 'file = "a"\n')).warnings == ()
    exported = check_document(write(tmp_path, site + FEED + 'file = "a"\ndirection = "export"\n'))
    assert exported.warnings == ()
