"""S2 beyond this machine is named as an exception, with its reason."""

from pathlib import Path

import pytest

from drrouter.config import load_home
from drrouter.errors import DocumentError
from tests.unit.config.homes import SITE

TABLE = '\n[s2]\nhost = "192.168.1.5"\nplain = "a wire of its own"\n'
REASON = '\n[[exposure]]\nwhat = "s2"\ninterface = "192.168.1.5"\nreason = "the heating rod"\n'


def test_s2_beyond_this_machine_is_named_as_an_exception(tmp_path: Path) -> None:
    home = tmp_path / "home.toml"
    home.write_text(SITE + TABLE, encoding="utf-8")
    with pytest.raises(DocumentError, match=r's2\.host: .*what = "s2", interface = "192\.168\.1\.5"'):
        load_home(home)
    home.write_text(SITE + TABLE + REASON, encoding="utf-8")
    assert load_home(home).integrations["s2"].model_dump()["host"] == "192.168.1.5"
