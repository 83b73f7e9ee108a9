"""A check of a home file finds the files that integrations name; no password of an address is repeated."""

from pathlib import Path

import pytest

from drrouter.config import check_document
from drrouter.errors import DocumentError
from tests.unit.config.homes import SITE

BROKER = '[mqtt]\nhost = "127.0.0.1"\nusername = "me"\npassword_file = "broker.txt"\n'
CHARGER = '[[ocpp.charge_point]]\nid = "CP1"\npassword_file = "cp1.txt"\n'
ROD = '[[s2.resource_manager]]\nid = "rod"\ntoken_file = "rod.txt"\n'
ASSISTANT = '[homeassistant]\nurl = "http://127.0.0.1:8123"\ntoken_file = "token.txt"\n'
TLS = '[mqtt]\nhost = "10.0.0.1"\ntls = true\nca_file = "ca.pem"\n'


def written(folder: Path, table: str) -> Path:
    file = folder / "home.toml"
    file.write_text(SITE + table, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("table", "key", "name"),
    [
        (BROKER, "mqtt.password_file", "broker.txt"),
        (CHARGER, "ocpp.charge_point#1.password_file", "cp1.txt"),
        (ROD, "s2.resource_manager#1.token_file", "rod.txt"),
        (ASSISTANT, "homeassistant.token_file", "token.txt"),
        (TLS, "mqtt.ca_file", "ca.pem"),
    ],
)
def test_a_file_that_is_not_there_is_found_by_its_key(
    table: str, key: str, name: str, tmp_path: Path
) -> None:
    file = written(tmp_path, table)
    with pytest.raises(DocumentError, match=f"{key}: .*{name} cannot be read.*Check the path"):
        check_document(file)
    (tmp_path / name).write_text("secret\n", encoding="utf-8")
    (tmp_path / name).chmod(0o600)
    assert check_document(file).kind == "home"


def test_a_secret_that_others_may_read_is_found(tmp_path: Path) -> None:
    (tmp_path / "broker.txt").write_text("secret\n", encoding="utf-8")
    (tmp_path / "broker.txt").chmod(0o644)
    with pytest.raises(DocumentError, match=r"mqtt\.password_file: .*may be read by others.*chmod 600"):
        check_document(written(tmp_path, BROKER))


@pytest.mark.parametrize(
    "table",
    [
        '[homeassistant]\nurl = "http://me:opensesame@127.0.0.1:8123"\ntoken_file = "t"\n',
        '[mqtt]\nhost = "me:opensesame@10.0.0.1"\n',
        '[zwave]\nurl = "ws://me:opensesame@127.0.0.1:3000"\n',
    ],
)
def test_a_password_in_an_address_is_not_repeated_and_the_right_form_is_named(
    table: str, tmp_path: Path
) -> None:
    with pytest.raises(DocumentError, match="does not have the right form") as caught:
        check_document(written(tmp_path, table))
    assert "opensesame" not in str(caught.value)
    assert "such as" in str(caught.value)
