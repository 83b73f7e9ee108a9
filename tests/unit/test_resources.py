"""The shipped data are found in a checkout and in an installed wheel."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from drrouter import resources
from drrouter.resources import DataKind, data_dir

CHECKOUT = Path(__file__).parents[2]
KINDS: list[DataKind] = ["device_models", "tariffs"]


@pytest.mark.parametrize("kind", KINDS)
def test_in_a_checkout_the_data_lie_at_the_top_of_the_tree(kind: DataKind) -> None:
    assert data_dir(kind) == CHECKOUT / kind


@pytest.fixture(scope="module")
def unpacked_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=CHECKOUT, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


@pytest.mark.parametrize("kind", KINDS)
def test_in_a_wheel_the_data_lie_inside_the_package(kind: DataKind, unpacked_wheel: Path) -> None:
    print_folder = f"from drrouter.resources import data_dir; print(data_dir({kind!r}))"
    printed = _python_with(unpacked_wheel, print_folder)
    assert Path(printed) == unpacked_wheel / "drrouter" / "_data" / kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_wheel_carries_every_data_file_of_the_checkout(kind: DataKind, unpacked_wheel: Path) -> None:
    shipped = unpacked_wheel / "drrouter" / "_data" / kind
    assert _files_below(shipped) == _files_below(CHECKOUT / kind)


def test_a_wheel_says_that_it_is_typed(unpacked_wheel: Path) -> None:
    assert (unpacked_wheel / "drrouter" / "py.typed").is_file()


def test_a_wheel_carries_the_screens_with_their_style(unpacked_wheel: Path) -> None:
    for name in ("app.py", "style.tcss", "screens/today.py", "py.typed"):
        assert (unpacked_wheel / "drrouter_ui" / name).is_file()


def test_a_wheel_carries_the_built_panel_with_what_is_sent_packed(unpacked_wheel: Path) -> None:
    panel = unpacked_wheel / "drrouter" / "_data" / "panel"
    for name in ("index.html", "index.html.gz", "panel.webmanifest", "licences.txt"):
        assert (panel / name).is_file()
    print_folder = "from drrouter.resources import panel_dir; print(panel_dir())"
    assert Path(_python_with(unpacked_wheel, print_folder)) == panel


def test_outside_a_checkout_the_data_are_taken_from_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(resources, "_CHECKOUT", tmp_path)
    monkeypatch.setattr(resources, "files", lambda package: tmp_path / package)
    (tmp_path / "drrouter" / "_data" / "tariffs").mkdir(parents=True)
    assert data_dir("tariffs") == tmp_path / "drrouter" / "_data" / "tariffs"


def test_an_incomplete_installation_is_told_to_the_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(resources, "_CHECKOUT", tmp_path)
    monkeypatch.setattr(resources, "files", lambda package: tmp_path)
    with pytest.raises(FileNotFoundError, match="installed without its tariffs"):
        data_dir("tariffs")


def _python_with(folder: Path, code: str) -> str:
    run = [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(folder)!r}); {code}"]
    return subprocess.run(run, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def _files_below(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
