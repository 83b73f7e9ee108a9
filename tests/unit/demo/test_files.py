"""The demo's files: whoever reads them finds what it needs, and secrets are private."""

from pathlib import Path

from drrouter.adapters.vtn import read_options
from drrouter.adapters.vtn.main import config_of
from drrouter.config import load_home
from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.objectmodel import load_catalogue
from drrouter.sim.demo.files import draw_secrets, write_home, write_simulated_home, write_vtn
from drrouter.sim.demo.scenario import HOME_DAY, LoadMachine, base_load_w
from drrouter.sim.home_file import house_of, read_home


def test_the_home_file_is_valid_and_names_what_stands_in_the_simulated_home(
    tmp_path: Path,
) -> None:
    home = load_home(write_home(tmp_path, "http://127.0.0.1:8090/openadr3/3.1.0", 9999, 0, draw_secrets()))
    simulated = read_home(write_simulated_home(tmp_path))
    house = house_of(simulated, load_catalogue())
    assert home.warnings == ()
    assert home.base_load_w == base_load_w()
    ours = {profile.id: profile.flexibility for profile in home.profiles}
    assert ours == {one.id: one.flexibility for one in house.appliances}
    aliases = {device.alias.casefold() for device in simulated.devices}
    assert {device.match["alias"].casefold() for device in home.devices} == aliases


def test_the_machines_know_the_programmes_that_people_choose(tmp_path: Path) -> None:
    house = house_of(read_home(write_simulated_home(tmp_path)), load_catalogue())
    kinds = {one.id: one.flexibility for one in house.appliances}
    for act in HOME_DAY:
        flexibility = kinds[act.device_id]
        if isinstance(act, LoadMachine):
            assert isinstance(flexibility, ProfileFlexibility)
            assert flexibility.programme(act.programme_id) is not None


def test_the_vtn_knows_its_operator_and_the_home_by_their_secrets(tmp_path: Path) -> None:
    given = draw_secrets()
    config = config_of(read_options(write_vtn(tmp_path, given)))
    clients = {client.client_id: client for client in config.clients}
    assert clients["operator"].secret == given.operator
    assert clients["demo-home"].secret == given.home
    assert clients["demo-home"].targets == ("hvac",)


def test_secrets_are_drawn_anew_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    assert draw_secrets() != draw_secrets()
    write_vtn(tmp_path, draw_secrets())
    write_home(tmp_path, "http://127.0.0.1:8090", 9999, 0, draw_secrets())
    for name in ("vtn.toml", "provider-secret"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
