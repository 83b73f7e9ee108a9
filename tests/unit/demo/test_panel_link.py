"""The demo gives a link to the panel, or says how to build it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from drrouter.adapters.client import DrClient
from drrouter.sim.demo import panel_link as room
from drrouter.sim.demo.narrator import Narrator
from drrouter.sim.demo.panel_link import panel_link


class _Client:
    async def make_link(self, **_: Any) -> SimpleNamespace:
        return SimpleNamespace(url="http://127.0.0.1:1/#link=x")


CLIENT = cast("DrClient", _Client())


async def test_a_panel_that_was_built_is_opened_by_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "panel_dir", lambda: tmp_path)
    assert await panel_link(CLIENT) == room.NOT_BUILT
    (tmp_path / "index.html").touch()
    assert await panel_link(CLIENT) == "http://127.0.0.1:1/#link=x"


async def test_where_it_was_not_the_welcome_says_how_to_build_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "panel_dir", lambda: None)
    lines = list[str]()
    reached = SimpleNamespace(url="http://127.0.0.1:1", token="drr", panel=await panel_link(CLIENT))
    Narrator(lines.append).welcome(reached, "/tmp/demo", 60)
    assert (
        "  panel   was not built; end this, run `make panel` in the checkout, and start again\n" in lines[0]
    )
    assert "#link" not in lines[0]
