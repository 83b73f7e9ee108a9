"""The examples of the maker's guide pass the checks that they explain."""

import re
from pathlib import Path

from drrouter.objectmodel import flexibility_of, read_model, with_parameters

GUIDE = Path(__file__).parents[2] / "docs" / "object_models.md"
TOML = re.compile(r"^```toml\n(.*?)^```", re.DOTALL | re.MULTILINE)


def test_the_whole_file_of_the_guide_is_an_object_model() -> None:
    whole, parameter = TOML.findall(GUIDE.read_text(encoding="utf-8"))
    document = read_model(f"{whole}\n{parameter}".encode(), "docs/object_models.md")
    flexibility_of(with_parameters(document, {}))
    assert document.id == "acme.wm9"
