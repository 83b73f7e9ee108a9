"""The examples of docs/vtn.md are true: its file is read, its session runs."""

import json
import re
import shlex
from pathlib import Path
from string import Template

import aiohttp

from drrouter.adapters.vtn import read_options
from drrouter.adapters.vtn.options import VtnOptions, read_clients
from drrouter.config import load_home
from tests.adapters.vtn.world import running
from tests.unit.config.homes import SITE

PAGE = Path(__file__).parents[3] / "docs" / "vtn.md"
FILE, SESSION, HOME = re.findall(
    r"^```\w+\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)
STEP = re.compile(r"(?:(?P<name>[A-Z]+)=\$\()?(?P<curl>curl .*?)(?: \| jq -r \.(?P<key>\w+)\))?")


def _options(tmp_path: Path) -> VtnOptions:
    path = tmp_path / "vtn.toml"
    path.touch(mode=0o600)
    path.write_text(FILE, encoding="utf-8")
    return read_options(path)


def test_the_file_of_the_page_is_read(tmp_path: Path) -> None:
    options = _options(tmp_path)
    assert options.state == tmp_path / "vtn.sqlite"
    assert [client.client_id for client in read_clients(options.clients)] == ["operator", "home-17"]


def test_the_table_of_the_page_is_part_of_a_home(tmp_path: Path) -> None:
    for name in ("devices.toml", "vtn.pem", "vtn.key"):
        (tmp_path / name).touch()
    (tmp_path / "home.toml").write_text(SITE + HOME, encoding="utf-8")
    home = load_home(tmp_path / "home.toml")
    assert home.local_vtn
    assert home.local_vtn.clients == tmp_path / "devices.toml"
    assert [one.what for one in home.exposures] == ["local_vtn"]


async def test_the_session_of_the_page_runs(tmp_path: Path) -> None:
    async with running(clients=read_clients(_options(tmp_path).clients)) as vtn:
        words = {"VTN": vtn.url}
        for line in SESSION.splitlines()[1:]:
            step = STEP.fullmatch(line)
            assert step is not None, line
            status, answer = await _curl(vtn.http, step["curl"], words)
            assert status in (200, 201), (line, answer)
            if step["name"]:
                words[step["name"]] = json.loads(answer)[step["key"]]
        assert set(words) == {"VTN", "TOKEN", "PROGRAM", "EVENT"}


async def _curl(http: aiohttp.ClientSession, command: str, words: dict[str, str]) -> tuple[int, str]:
    """Do what this command line would do; knows the options that the page uses."""
    given = iter(shlex.split(Template(command).substitute(words))[1:])
    method, url, data, headers = "GET", "", list[str](), dict[str, str]()
    for word in given:
        if word == "-X":
            method = next(given)
        elif word == "-H":
            name, _, value = next(given).partition(": ")
            headers[name] = value
        elif word == "-d":
            data.append(next(given))
            method, headers["Content-Type"] = "POST", "application/x-www-form-urlencoded"
        elif word != "-s":
            url = word
    async with http.request(method, url, headers=headers, data="&".join(data) or None) as answer:
        return answer.status, await answer.text()
