"""The maker's guide: every file on it is checked, and every command on it says what the guide has it say."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from drrouter.cli.program import app
from drrouter.config import load_home
from drrouter.domain.ids import DeviceId
from drrouter.objectmodel import load_catalogue, profile_of, read_model
from drrouter.objectmodel.listing import listing
from drrouter.sim.appliances import appliance_for
from tests.scenarios.test_every_object_model_is_planned import START
from tests.unit.objectmodel.snippets import HEAD, REST

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "object_models.md").read_text(encoding="utf-8")
FENCED = re.compile(r"^```(toml|console) ?(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)

BLOCKS = [(kind, name, text) for kind, name, text in FENCED.findall(GUIDE)]
FORMS = [(name, text) for _, name, text in BLOCKS if text.startswith("[[flexibility]]")]


def block(wanted: str) -> str:
    return next(str(text) for _, name, text in BLOCKS if name == wanted)


def whole(device_class: str, flexibility: str) -> bytes:
    head = HEAD.replace('"washing_machine"', f'"{device_class}"')
    return f"{head}\n{flexibility}\n{REST}".encode()


def test_the_whole_file_of_the_guide_is_an_object_model() -> None:
    assert read_model(block("whole").encode(), "docs/object_models.md").id == "acme.wm9"


@pytest.mark.parametrize(("device_class", "text"), FORMS, ids=[name for name, _ in FORMS])
def test_each_form_of_the_guide_is_read_planned_and_has_a_twin(device_class: str, text: str) -> None:
    document = read_model(whole(device_class, text), "docs/object_models.md")
    for form in document.flexibility:
        profile = profile_of(document, DeviceId("device"), "Device", choice=form.key)
        assert profile.flexibility
        assert appliance_for(profile.flexibility, START).now == START


def test_every_kind_is_shown() -> None:
    kinds = {kind for _, text in FORMS for kind in re.findall(r'kind = "(\w+)"', text)}
    assert kinds == {"profile", "storage", "modes", "envelope", "demand"}


def test_bindings_and_parameters_of_the_guide_go_with_a_form() -> None:
    more = "\n".join(text for _, name, text in BLOCKS if name == "more")
    demand = next(text for name, text in FORMS if name == "hvac")
    document = read_model(whole("hvac", demand) + more.encode(), "docs/object_models.md")
    assert document.bindings.can("pause")
    assert [parameter.id for parameter in document.parameters] == ["hold_off_s"]


def test_the_form_that_the_home_of_the_guide_chooses_is_the_one_used(tmp_path: Path) -> None:
    folder = tmp_path / "device_models" / "acme"
    folder.mkdir(parents=True)
    (folder / "wm9.toml").write_text(block("whole"), encoding="utf-8")
    home = tmp_path / "home.toml"
    home.write_text(block("home") + "\n" + block("device"), encoding="utf-8")
    car = load_home(home, environ={}).profiles[1]
    assert (car.id, car.lines) == ("car", ())


def commands() -> list[tuple[str, str]]:
    """Each command of the guide with what it prints."""
    consoles = [text for kind, _, text in BLOCKS if kind == "console"]
    return [
        (first.removeprefix("$ drrouter "), rest) for first, _, rest in (t.partition("\n") for t in consoles)
    ]


def test_the_commands_of_the_guide_say_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    model = tmp_path / "device_models" / "acme" / "wm9.toml"
    model.parent.mkdir(parents=True)
    said = []
    for (command, _), text in zip(commands(), (block("start"), block("whole"), block("whole")), strict=True):
        model.write_text(text, encoding="utf-8")
        (tmp_path / "home.toml").write_text(block("home"), encoding="utf-8")
        done = CliRunner().invoke(app, command.split(), terminal_width=1000)
        said.append((command, done.output))
    assert said == commands()


def test_the_home_of_the_guide_lives_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    model = tmp_path / "device_models" / "acme" / "wm9.toml"
    model.parent.mkdir(parents=True)
    model.write_text(block("whole"), encoding="utf-8")
    (tmp_path / "home.toml").write_text(block("home"), encoding="utf-8")
    done = CliRunner().invoke(app, ["simulate", "home.toml", "--poll", "5m", "--replan", "6h"])
    assert (done.exit_code, "broken rules" in done.output) == (0, True), done.output


def test_the_list_of_shipped_models_is_fresh() -> None:
    page = (DOCS / "device_models.md").read_text(encoding="utf-8")
    assert page == listing(load_catalogue()), (
        "write it anew: python -m drrouter.objectmodel.listing > docs/device_models.md"
    )
