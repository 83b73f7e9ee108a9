"""A newcomer can run the example: it says what it needs, and how to do without."""

import re
from pathlib import Path

import pytest

from drrouter.config import check_document, load_home
from drrouter.errors import DocumentError
from drrouter.objectmodel import load_catalogue

EXAMPLE = Path(__file__).parents[3] / "packaging" / "example-home.toml"
CATALOGUE = load_catalogue()


def test_the_example_is_accepted() -> None:
    checked = check_document(EXAMPLE)
    assert (checked.kind, checked.warnings) == ("home", ())
    assert checked.sentence == (
        "Home 'Our home' has 5 devices, 1 provider and the tariff generic.nl_dynamic."
    )


def test_the_example_names_a_device_of_every_kind_that_stands_behind_a_plug() -> None:
    example = load_home(EXAMPLE, CATALOGUE, {"DRROUTER_SP_SECRET": "s"})
    used = {profile.model_id for profile in example.profiles}
    assert used <= {model_id for model_id in CATALOGUE if model_id.startswith("generic.")}
    assert {CATALOGUE[model_id].flexibility[0].kind for model_id in used} == {"profile", "storage", "demand"}


def test_without_its_secret_it_says_what_to_do() -> None:
    with pytest.raises(DocumentError) as refused:
        load_home(EXAMPLE, environ={})
    (variable,) = re.findall(r"^# .* Before you start: export (\w+)=", EXAMPLE.read_text(), re.MULTILINE)
    assert refused.value.sentence.endswith(
        f"the environment variable {variable} is not set. "
        f"Set it before drrouter starts (export {variable}=...), or take out what asks for it."
    )
    assert load_home(EXAMPLE, environ={variable: "s"}).providers


def test_without_a_provider_it_runs_as_its_head_says(tmp_path: Path) -> None:
    text = EXAMPLE.read_text()
    (table, tariff) = re.findall(
        r"^# No provider yet\? Delete the table (\S+) and name the tariff (\S+):", text, re.MULTILINE
    )[0]
    alone = re.sub(rf"^{re.escape(table)}$.*?(?=^\[\[device)", "", text, flags=re.MULTILINE | re.DOTALL)
    (home := tmp_path / "home.toml").write_text(alone.replace("generic.nl_dynamic", tariff))
    loaded = load_home(home, environ={})
    assert (loaded.providers, len(loaded.devices), loaded.warnings) == ((), 5, ())
