"""``drrouter setup`` sets a home up: by options, by questions, at a running router or in a file alone."""

import asyncio
import io
from pathlib import Path

import pytest

from drrouter.adapters.executor import InlineExecutor
from drrouter.adapters.strict_json import adapter_of
from drrouter.cli import main
from drrouter.config import load_home
from drrouter.config.setup import HomeDesk, make_home
from drrouter.ports import Found
from drrouter.router.setting_up import SetupView
from drrouter.router.viewed import FoundView
from tests.adapters.api.conftest import Served
from tests.adapters.cli.conftest import Run

PLUG = FoundView(
    Found("kasa", "10.0.0.7:9999", {"alias": "Plug-1", "mac": "50:C7:BF:00:00:02", "model": "KP115"}),
    proposed_id="kasa.kp115",
    confidence=0.9,
)
BULB = FoundView(Found("kasa", "10.0.0.8:9999", {"alias": "\x1b[31mLamp", "brand": "TP-Link"}))
GRID = ("grid", "--at", "https://vtn.example/3.1.0", "--client-id", "us")


@pytest.fixture
def begun() -> list[str]:
    return []


@pytest.fixture
def file(served: Served, tmp_path: Path, begun: list[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "home.toml"
    make_home(path, {"TZ": "Europe/Amsterdam"})
    served.router.setup = HomeDesk(path, InlineExecutor(), lambda: begun.append("anew"), load_home(path))
    monkeypatch.setattr(served.router, "discovered", lambda: (PLUG, BULB))
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    return path


async def test_place_tariff_and_fuse_are_set_and_applied(file: Path, run: Run, begun: list[str]) -> None:
    said = await run(
        *("setup", "--zone", "Europe/Berlin", "--name", "Ours", "--place", "52.5,13.4"),
        *("--tariff", "germany/wanfried_module_3_2025", "--fuse", "8050", "--currency", "EUR"),
    )
    assert (said.code, begun) == (0, ["anew"]), said.err
    assert "Ours, Europe/Berlin, EUR" in said.out
    assert "The home begins anew with it." in said.err
    home = load_home(file)
    assert (home.zone.key, home.place, home.import_limit_w) == ("Europe/Berlin", (52.5, 13.4), 8050.0)


async def test_a_found_device_is_added_by_its_name_and_only_watched(file: Path, run: Run) -> None:
    said = await run("setup", "--device", "plug-1", "--model", "generic/freezer", "--called", "Freezer")
    assert said.code == 0, said.err
    (device,) = load_home(file).devices
    assert (device.profile.id, device.profile.name, device.profile.watch_only) == ("plug_1", "Freezer", True)
    assert device.match == {"mac": "50:C7:BF:00:00:02"}
    assert (await run("setup", "--device", "plug_1", "--called", "Chest", "--later")).code == 0
    assert load_home(file).devices[0].profile.name == "Chest"
    gone = await run("setup", "remove", "plug_1")
    assert "device" not in gone.out


async def test_who_was_not_found_is_named_with_those_who_were(file: Path, run: Run) -> None:
    said = await run("setup", "--device", "oven", "--model", "generic/freezer")
    assert (said.code, "There is: Plug-1," in said.err) == (2, True)
    assert "\x1b" not in said.err


async def test_a_provider_is_added_with_its_secret_and_taken_out(
    file: Path, run: Run, monkeypatch: pytest.MonkeyPatch, begun: list[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("open sesame\n"))
    said = await run("setup", "provider", *GRID, "--secret-file", "-", "--later")
    assert (said.code, begun) == (0, [])
    assert "It holds when the router begins anew" in said.err
    secret = load_home(file).providers[0].client_secret
    assert secret is not None
    assert secret.reveal() == "open sesame"
    assert "sesame" not in said.out + said.err
    assert (await run("setup", "remove", "grid")).code == 0
    assert load_home(file).providers == ()


async def test_a_secret_that_cannot_be_read_is_refused(file: Path, run: Run, tmp_path: Path) -> None:
    assert "is empty" in (await run("setup", "provider", *GRID, "--secret-file", "-")).err
    missing = str(tmp_path / "missing")
    assert "cannot be read" in (await run("setup", "provider", *GRID, "--secret-file", missing)).err


async def test_what_is_wrong_is_said_with_key_and_remedy(file: Path, run: Run) -> None:
    said = await run("setup", "--tariff", "generic.nl_dynamik")
    assert said.code != 0
    assert "tariff.id" in said.err
    assert "generic.nl_dynamic" in said.err
    assert (await run("setup", "--place", "here")).code == 2


async def test_without_anybody_to_ask_it_shows_what_is_set(file: Path, run: Run) -> None:
    said = await run("setup")
    assert (said.code, "Our home, Europe/Amsterdam, EUR" in said.out) == (0, True)
    view = adapter_of(SetupView).validate_json((await run("setup", "--json")).out)
    assert view.tariff
    assert view.tariff.price_per_kwh == 0.3


async def test_a_file_is_set_up_without_a_router(file: Path, run: Run, begun: list[str]) -> None:
    said = await run("setup", "--home", str(file), "--tariff", "0.25")
    assert (said.code, begun) == (0, [])
    assert load_home(file).tariff.component[0].price_per_kwh == 0.25


class Terminal(io.StringIO):
    """Somebody answers."""

    def isatty(self) -> bool:
        return True


async def test_it_asks_step_by_step_with_defaults(
    file: Path, monkeypatch: pytest.MonkeyPatch, run: Run, begun: list[str]
) -> None:
    answers = [
        *("Casa", "Europe/Nowhere", "x", "y"),  # a fuse that is no number: asked again
        *("Casa", "Europe/Paris", "9000"),
        "france.tempo_2024",
        *("y", "grid", "openadr3", "https://vtn.example/3.1.0", "us", "open sesame", "n"),
        *("y", "", "generic/freezer"),
        "n",
    ]
    monkeypatch.setattr("sys.stdin", Terminal("\n".join(answers) + "\n"))
    monkeypatch.setattr("getpass.getpass", lambda *_: "open sesame")
    said = await run("setup")
    assert said.code == 0, said.err
    assert begun == ["anew"]
    home = load_home(file)
    assert (home.name, home.zone.key, home.import_limit_w) == ("Casa", "Europe/Paris", 9000.0)
    assert home.tariff.id == "france.tempo_2024"
    assert [one.id for one in home.providers] == ["grid"]
    assert [(one.profile.id, one.profile.name) for one in home.devices] == [("plug_1", "Plug-1")]


def test_a_home_file_that_is_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["setup", "--home", str(tmp_path / "none.toml"), "--fuse", "1"]) != 0
    assert "none.toml" in capsys.readouterr().err


async def test_run_makes_a_home_file_only_where_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[Path] = []

    async def run_router(path: Path, _options: object) -> None:
        ran.append(path)

    monkeypatch.setattr("drrouter.app.run_router", run_router)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert await asyncio.to_thread(main, ["run"]) == 0
    assert "Set it up in the panel" in capsys.readouterr().err
    assert await asyncio.to_thread(main, ["run", str(tmp_path / "b.toml"), "--new"]) == 0
    assert ran == [tmp_path / "drrouter" / "home.toml", tmp_path / "b.toml"]
    assert [load_home(path).devices for path in ran] == [(), ()]
    assert await asyncio.to_thread(main, ["run"]) == 0
    assert capsys.readouterr().err.count("is new") == 1
