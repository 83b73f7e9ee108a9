"""The owner sets a home up over the local API; hostile input reaches neither the file nor the machine."""

from pathlib import Path
from typing import Any

import pytest

from drrouter.adapters.api import Role
from drrouter.adapters.client import DrClient
from drrouter.adapters.executor import InlineExecutor
from drrouter.config import load_home
from drrouter.config.setup import HomeDesk, make_home
from drrouter.errors import DaemonRefusedError
from tests.adapters.api.conftest import TOKEN_ROLES, Served

FREEZER = {
    "id": "freezer",
    "name": "Freezer",
    "model": "generic.freezer",
    "integration": "kasa",
    "match": {"alias": "Plug 2"},
}
GRID = {"id": "grid", "kind": "openadr3", "url": "https://vtn.example/3.1.0", "client_id": "us"}


@pytest.fixture
def begun() -> list[str]:
    return []


@pytest.fixture
def file(served: Served, tmp_path: Path, begun: list[str]) -> Path:
    path = tmp_path / "home.toml"
    make_home(path, {"TZ": "Europe/Amsterdam"})
    desk = HomeDesk(path, InlineExecutor(), lambda: begun.append("anew"), load_home(path))
    served.router.setup = desk
    return path


def bytes_below(folder: Path) -> list[bytes]:
    """Of the home file and what the setup writes beside it."""
    files = [*folder.glob("*.toml*"), *folder.glob("secrets/*")]
    return [file.read_bytes() for file in sorted(files)]


async def test_a_home_is_set_up_step_by_step_and_applied(
    served: Served, file: Path, begun: list[str]
) -> None:
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("PUT", "/setup/site", {"name": "Our house", "time_zone": "Europe/London", "import_limit_w": 8050}),
        ("PUT", "/setup/tariff", {"id": "united_kingdom.octopus_agile"}),
        ("POST", "/setup/providers", {**GRID, "secret": "open sesame"}),
        ("PUT", "/setup/integrations/mqtt", {"settings": {"host": "127.0.0.1"}}),
        ("POST", "/setup/devices", FREEZER),
    ]
    for method, path, body in steps:
        status, view = await served.ask(method, path, json=body)
        assert (status, view.get("trouble")) == (200, ""), view
    status, view = await served.ask("GET", "/setup")
    assert view["site"] | {"latitude": None} == view["site"]
    assert (view["site"]["name"], view["site"]["currency"]) == ("Our house", "GBP")
    assert (view["is_pending"], view["can_apply"]) == (True, True)
    assert view["devices"][0]["watch_only"]
    assert view["providers"][0]["has_secret"]
    assert "sesame" not in str(view)
    assert await served.ask("POST", "/setup/apply") == (204, None)
    assert begun == ["anew"]
    assert (await served.ask("DELETE", "/setup/devices/freezer"))[1]["devices"] == []
    assert (await served.ask("DELETE", "/setup/providers/grid"))[1]["providers"] == []
    assert load_home(file).name == "Our house"


async def test_a_refusal_names_file_key_and_remedy_and_changes_nothing(served: Served, file: Path) -> None:
    before = bytes_below(file.parent)
    status, problem = await served.ask("POST", "/setup/devices", json={**FREEZER, "model": "generic.frezer"})
    assert status == 400
    for part in ("home.toml", "device[freezer].model", "generic.freezer"):
        assert part in problem["detail"]
    assert bytes_below(file.parent) == before


@pytest.mark.parametrize("role", [role for role in TOKEN_ROLES if role is not Role.OWNER])
async def test_only_the_owner_sets_up(served: Served, file: Path, role: Role) -> None:
    for method, path in (("GET", "/setup"), ("GET", "/setup/choices"), ("POST", "/setup/apply")):
        assert (await served.ask(method, path, role))[0] == 403


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/setup/providers", {**GRID, "id": "../../etc/passwd"}),
        ("POST", "/setup/providers", {**GRID, "client_secret_file": "/etc/shadow"}),
        ("POST", "/setup/providers", {**GRID, "ca_file": "/etc/shadow"}),
        ("POST", "/setup/providers", {**GRID, "secret": "two\nlines"}),
        ("POST", "/setup/providers", {**GRID, "secret": "x" * 5000}),
        ("POST", "/setup/providers", {**GRID, "url": "http://far.example"}),
        ("POST", "/setup/devices", {**FREEZER, "name": 'x"\n[api]\nhost = "0.0.0.0"'}),
        ("POST", "/setup/devices", {**FREEZER, "name": "a\u202eb"}),
        ("POST", "/setup/devices", {**FREEZER, "match": {"alias": "x" * 5000}}),
        ("POST", "/setup/devices", {**FREEZER, "parameters": {"a": float("1e308"), "b": 1}}),
        ("PUT", "/setup/site", {"name": None}),
        ("PUT", "/setup/site", {"device_models": "/etc"}),
        ("PUT", "/setup/site", {"latitude": 52.0}),
        ("PUT", "/setup/tariff", {"file": "/etc/passwd"}),
        ("PUT", "/setup/tariff", {"price_per_kwh": "0.3"}),
        ("PUT", "/setup/integrations/mqtt", {"settings": {"host": "h", "password_file": "/etc/shadow"}}),
        ("PUT", "/setup/integrations/..%2Fapi", {"settings": {"host": "0.0.0.0"}}),
        ("PUT", "/setup/integrations/api", {"settings": {"host": "0.0.0.0"}}),
        ("DELETE", "/setup/devices/..%2F..", None),
        ("DELETE", "/setup/providers/..%2F..%2Fhome.toml", None),
    ],
)
async def test_what_is_hostile_is_refused_and_changes_nothing(
    served: Served, file: Path, method: str, path: str, body: dict[str, Any] | None
) -> None:
    before = bytes_below(file.parent)
    more: dict[str, Any] = {} if body is None else {"json": body}
    status, problem = await served.ask(method, path, **more)
    assert status in (400, 422), problem
    assert bytes_below(file.parent) == before
    assert "xxxxx" not in problem["detail"]


async def test_what_is_too_long_is_refused(served: Served, file: Path) -> None:
    big = {"settings": {f"key{n}": "x" * 2000 for n in range(40)}}
    assert (await served.ask("PUT", "/setup/integrations/mqtt", json=big))[0] in (400, 413)


async def test_a_router_without_a_home_file_says_so(served: Served) -> None:
    for method, path, body in (
        ("GET", "/setup", None),
        ("GET", "/setup/choices", None),
        ("PUT", "/setup/site", {}),
        ("PUT", "/setup/tariff", {}),
        ("POST", "/setup/providers", GRID),
        ("DELETE", "/setup/providers/grid", None),
        ("POST", "/setup/devices", FREEZER),
        ("DELETE", "/setup/devices/freezer", None),
        ("PUT", "/setup/integrations/mqtt", {}),
        ("POST", "/setup/apply", None),
    ):
        more: dict[str, Any] = {} if body is None else {"json": body}
        status, problem = await served.ask(method, path, **more)
        assert (status, "without a home file" in problem["detail"]) == (400, True)


async def test_a_client_asks_for_the_same(served: Served, file: Path, begun: list[str]) -> None:
    async with DrClient(served.api.url, served.secrets[Role.OWNER]) as client:
        assert any(one.id == "generic.nl_dynamic" for one in (await client.setup.choices()).tariffs)
        assert (await client.setup.site({"name": "Here"})).site.name == "Here"
        assert (await client.setup.tariff({"price_per_kwh": 0.2})).tariff
        await client.setup.provider(GRID, "word")
        await client.setup.integration("mqtt", {"host": "127.0.0.1", "username": "us"}, "word")
        await client.setup.device(FREEZER)
        view = await client.setup.view()
        assert [one.id for one in view.providers] == ["grid"]
        await client.setup.apply()
        await client.setup.drop_device("freezer")
        assert (await client.setup.drop_provider("grid")).providers == ()
        with pytest.raises(DaemonRefusedError, match="there is none"):
            await client.setup.drop_provider("grid")
    assert begun == ["anew"]


async def test_found_devices_are_proposed_as_long_as_they_are_not_written(served: Served, file: Path) -> None:
    status, found = await served.ask("GET", "/setup/found")
    assert status == 200
    assert found == [one for one in found if one["device_id"]]
    for one in found:
        keys = {"id": one["device_id"], "name": one["name"], "model": "generic.freezer"}
        body = {**keys, "integration": one["integration"], "match": one["match"]}
        status, view = await served.ask("POST", "/setup/devices", json=body)
        assert status == 200, view
    assert (await served.ask("GET", "/setup/found"))[1] == []
    async with DrClient(served.api.url, served.secrets[Role.OWNER]) as client:
        assert await client.setup.found() == ()
