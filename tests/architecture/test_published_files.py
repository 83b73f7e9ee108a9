"""What we publish names no package registry and no path of the machine that it was written on."""

import re

from tests.architecture.tree import project_files, text_of

REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|deb\.debian\.org"
    r"|https?://\S+/simple\b|--(?:extra-)?index-url\b|\"resolved\":",
)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|farm)/[\w.]")


def test_no_file_names_a_package_registry() -> None:
    assert _lines_with(REGISTRIES) == []


def test_no_file_names_a_path_of_the_machine_that_wrote_it() -> None:
    assert _lines_with(MACHINE_PATHS) == []


def _lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()}"
        for path in project_files()
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if pattern.search(line)
    ]
