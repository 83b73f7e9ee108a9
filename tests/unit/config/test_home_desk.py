"""A home file is set up: every change is checked as a whole, and what is refused leaves all as it was."""

import stat
from pathlib import Path

import pytest

from drrouter.adapters.executor import InlineExecutor
from drrouter.config import load_home
from drrouter.config.setup import HomeDesk, default_home_path, make_home
from drrouter.config.setup.places import countries, zone_of_machine
from drrouter.errors import DocumentError, InputError

PROVIDER = {"id": "grid", "kind": "openadr3", "url": "https://vtn.example/openadr3/3.1.0", "client_id": "us"}
FREEZER = {
    "id": "freezer",
    "name": "Freezer",
    "model": "generic.freezer",
    "integration": "kasa",
    "match": {"alias": "Plug 2"},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "home" / "home.toml"
    make_home(path, {"TZ": ":Europe/Berlin"})
    return path


@pytest.fixture
def desk(file: Path) -> HomeDesk:
    return HomeDesk(file, InlineExecutor())


def files_of(folder: Path) -> dict[str, str]:
    return {str(one.relative_to(folder)): one.read_text() for one in folder.rglob("*") if one.is_file()}


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def mode_of(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


async def test_the_first_home_file_is_whole_private_and_of_this_machines_place(
    file: Path, desk: HomeDesk
) -> None:
    home, view = load_home(file), await desk.view()
    assert (home.zone.key, home.currency, home.devices) == ("Europe/Berlin", "EUR", ())
    assert mode_of(file) == mode_of(file.parent / "drrouter-tariff.toml") == 0o600
    assert (view.file, view.trouble, view.is_pending, view.can_apply) == ("home.toml", "", False, False)
    assert view.tariff
    assert (view.tariff.price_per_kwh, view.tariff.follows_provider) == (0.30, False)


async def test_place_and_currency_are_set_and_the_own_price_follows(file: Path, desk: HomeDesk) -> None:
    keys = {
        "name": "Casa",
        "time_zone": "Europe/London",
        "currency": "GBP",
        "latitude": 51.5,
        "longitude": -0.1,
    }
    view = await desk.site({**keys, "import_limit_w": 8050.0})
    assert (view.site.name, view.site.longitude, view.site.import_limit_w) == ("Casa", -0.1, 8050.0)
    assert view.tariff
    assert view.tariff.currency == "GBP"
    assert load_home(file).tariff.time_zone == "Europe/London"
    gone = await desk.site({"latitude": None, "longitude": None, "import_limit_w": None})
    assert (gone.site.latitude, gone.site.import_limit_w) == (None, None)


async def test_a_shipped_tariff_brings_its_currency(file: Path, desk: HomeDesk) -> None:
    view = await desk.tariff({"id": "united_kingdom.octopus_agile"})
    assert view.tariff
    assert (view.tariff.id, view.tariff.price_per_kwh) == ("united_kingdom.octopus_agile", None)
    assert view.site.currency == "GBP"
    with pytest.raises(DocumentError, match="Write the same currency"):
        await desk.site({"currency": "EUR"})
    assert (await desk.site({"name": "Home"})).site.name == "Home"


async def test_one_price_or_a_providers_with_one_to_fall_back_on(desk: HomeDesk) -> None:
    await desk.tariff({"id": "generic.nl_dynamic"})
    keys = {"price_per_kwh": 0.25, "feed_in_per_kwh": 0.05, "follows_provider": True}
    view = await desk.tariff(keys)
    assert view.tariff
    assert (view.tariff.price_per_kwh, view.tariff.feed_in_per_kwh) == (0.25, 0.05)
    assert view.tariff.follows_provider


@pytest.mark.parametrize("keys", [{}, {"id": "nobody.knows"}, {"price_per_kwh": 1e9}, {"price_per_kwh": "x"}])
async def test_a_tariff_that_is_none_is_refused(file: Path, desk: HomeDesk, keys: dict[str, object]) -> None:
    before = files_of(file.parent)
    with pytest.raises(DocumentError):
        await desk.tariff(keys)
    assert files_of(file.parent) == before


async def test_a_providers_secret_lies_in_a_private_file_and_nowhere_else(file: Path, desk: HomeDesk) -> None:
    view = await desk.provider(PROVIDER, "open sesame")
    (provider,) = view.providers
    assert (provider.id, provider.has_secret, provider.client_id) == ("grid", True, "us")
    assert "sesame" not in text_of(file) + repr(view)
    assert mode_of(file.parent / "secrets" / "grid") == 0o600
    secret = load_home(file).providers[0].client_secret
    assert secret is not None
    assert secret.reveal() == "open sesame"
    changed = await desk.provider({"id": "grid", "role": "network"}, "other")
    assert changed.providers[0].role == "network"
    assert (file.parent / "secrets" / "grid").read_text() == "other\n"
    assert (await desk.drop_provider("grid")).providers == ()
    assert not (file.parent / "secrets" / "grid").exists()


async def test_a_feed_has_a_token_and_a_secret_replaces_one_of_another_kind(
    file: Path, desk: HomeDesk
) -> None:
    feed = {"id": "spot", "kind": "feed", "format": "awattar", "url": "https://api.awattar.example/v1"}
    view = await desk.provider(feed, "token")
    assert (view.providers[0].format, view.providers[0].has_secret) == ("awattar", True)
    assert "follows no provider" in view.warnings[0]
    write(file, text_of(file) + '\n[[provider]]\nid = "old"\nkind = "openadr3"\nclient_id = "a"\n')
    write(file, text_of(file) + 'url = "https://v.example"\nclient_secret = "written here"\n')
    await desk.provider({"id": "old"}, "in its file")
    assert "written here" not in text_of(file)


async def test_what_is_refused_leaves_no_trace(file: Path, desk: HomeDesk) -> None:
    await desk.provider(PROVIDER, "first")
    before = files_of(file.parent)
    for keys, secret in (
        ({**PROVIDER, "url": "http://far.example"}, "second"),
        ({**PROVIDER, "id": "other", "url": "ftp://x"}, "second"),
        (PROVIDER, "two\nlines"),
        ({**PROVIDER, "id": "../../etc/passwd"}, "second"),
        ({"url": "https://v.example"}, "second"),
        ({"id": "older", "kind": "openadr2b", "url": "https://v.example"}, "second"),
        ({**PROVIDER, "unknown": 1}, None),
    ):
        with pytest.raises(DocumentError) as caught:
            await desk.provider(keys, secret)
        assert "second" not in str(caught.value)
    assert files_of(file.parent) == before


async def test_a_device_is_added_watched_only_then_renamed_then_taken_out(file: Path, desk: HomeDesk) -> None:
    write(file, text_of(file) + "\n# a word of the owner\n")
    view = await desk.device(FREEZER)
    assert (view.devices[0].watch_only, view.devices[0].match) == (True, {"alias": "Plug 2"})
    renamed = await desk.device({"id": "freezer", "name": "Kühltruhe"})
    assert (renamed.devices[0].name, renamed.devices[0].watch_only) == ("Kühltruhe", True)
    assert (await desk.drop_device("freezer")).devices == ()
    assert "# a word of the owner" in text_of(file)
    with pytest.raises(DocumentError, match="there is none"):
        await desk.drop_device("freezer")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"model": "generic.frezer"}, "generic.freezer"),
        ({"name": "a\u202eb"}, "invisible"),
        ({"match": {}}, "is empty"),
        ({"integration": "telepathy"}, "no integration"),
        ({"integration": "mqtt"}, r"\[mqtt\]"),
        ({"parameters": {"nonsense": 1.0}}, "nonsense"),
    ],
)
async def test_a_device_that_does_not_fit_is_refused_with_key_and_remedy(
    file: Path, desk: HomeDesk, change: dict[str, object], sentence: str
) -> None:
    before = files_of(file.parent)
    with pytest.raises(DocumentError, match=sentence) as caught:
        await desk.device({**FREEZER, **change})
    assert caught.value.where == str(file)
    assert files_of(file.parent) == before


async def test_an_integration_is_told_what_it_needs(file: Path, desk: HomeDesk) -> None:
    view = await desk.integration("mqtt", {"host": "127.0.0.1", "username": "us"}, "word")
    assert view.integrations == ("mqtt",)
    assert view.settings == {"mqtt": {"host": "127.0.0.1", "username": "us"}}  # nothing of the secret
    assert (file.parent / "secrets" / "mqtt.password").read_text() == "word\n"
    with pytest.raises(DocumentError, match="no integration"):
        await desk.integration("telepathy", {})
    with pytest.raises(DocumentError, match="host"):
        await desk.integration("mqtt", {"host": None})


async def test_the_file_before_the_last_change_is_kept_and_no_other(file: Path, desk: HomeDesk) -> None:
    first = text_of(file)
    await desk.site({"name": "One"})
    second = text_of(file)
    assert file.with_name("home.toml.bak").read_text() == first
    await desk.site({"name": "Two"})
    await desk.site({"name": "Two"})  # the same again is no change
    assert file.with_name("home.toml.bak").read_text() == second
    assert mode_of(file) == mode_of(file.with_name("home.toml.bak")) == 0o600
    names = {"home.toml", "home.toml.bak", "drrouter-tariff.toml"}
    assert set(files_of(file.parent)) == names


async def test_a_link_stays_one(file: Path, tmp_path: Path) -> None:
    link = file.parent / "other.toml"
    link.symlink_to(file)
    await HomeDesk(link, InlineExecutor()).site({"name": "One"})
    assert link.is_symlink()
    assert load_home(file).name == "One"


async def test_where_nothing_can_be_written_the_file_stays(
    file: Path, desk: HomeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files_of(file.parent)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    for change in (desk.site({"name": "One"}), desk.provider(PROVIDER, "secret")):
        with pytest.raises(DocumentError, match="No space left"):
            await change
    monkeypatch.undo()
    assert files_of(file.parent) == before


async def test_a_file_that_cannot_be_read_is_refused(file: Path, desk: HomeDesk) -> None:
    write(file, "= no toml")
    for question in (desk.view(), desk.site({"name": "x"})):
        with pytest.raises(DocumentError):
            await question
    own = file.parent / "drrouter-tariff.toml"
    own.write_bytes(b"\xff")
    with pytest.raises(DocumentError):
        make_home(file)


async def test_what_is_missing_beside_the_file_is_told_as_trouble(file: Path, desk: HomeDesk) -> None:
    await desk.provider(PROVIDER, "secret")
    (file.parent / "secrets" / "grid").unlink()
    (file.parent / "drrouter-tariff.toml").unlink()
    view = await desk.view()
    assert "cannot be read" in view.trouble
    assert view.tariff is None


async def test_a_running_router_begins_anew_when_it_is_told_and_the_file_is_in_order(file: Path) -> None:
    begun: list[str] = []
    desk = HomeDesk(file, InlineExecutor(), lambda: begun.append("anew"), load_home(file))
    assert not (await desk.view()).is_pending
    view = await desk.device(FREEZER)
    assert (view.is_pending, view.can_apply) == (True, True)
    await desk.apply()
    assert begun == ["anew"]
    write(file, text_of(file).replace("generic.freezer", "generic.nothing"))
    with pytest.raises(DocumentError):
        await desk.apply()
    assert begun == ["anew"]


async def test_a_desk_without_a_router_applies_nothing(desk: HomeDesk) -> None:
    with pytest.raises(InputError, match="Stop it and start it again"):
        await desk.apply()


async def test_there_is_something_to_choose_from(desk: HomeDesk) -> None:
    choices = await desk.choices()
    zones = {one.name: one for one in choices.zones}
    assert "Europe/Amsterdam" in zones
    assert not any(name.startswith("Etc/") for name in zones)
    agile = next(one for one in choices.tariffs if one.id == "united_kingdom.octopus_agile")
    assert (agile.currency, agile.follows_provider) == ("GBP", True)
    freezer = next(one for one in choices.models if one.id == "generic.freezer")
    assert (freezer.device_class, freezer.name) == ("freezer", "Freezer")
    mqtt = next(one for one in choices.integrations if one.domain == "mqtt")
    assert "host" in mqtt.form["properties"]
    assert "awattar" in choices.formats
    if countries():
        assert (zones["Europe/Amsterdam"].country, zones["Europe/Amsterdam"].currency) == ("NL", "EUR")
        assert all(one.country for one in choices.tariffs)


def test_places_are_known_as_far_as_the_machine_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert zone_of_machine({"TZ": "Nowhere/Land"}) != "Nowhere/Land"
    countries.cache_clear()
    monkeypatch.setattr("zoneinfo.TZPATH", ())
    assert countries() == {}
    countries.cache_clear()


def test_a_home_file_has_a_place_of_its_own() -> None:
    assert default_home_path({"XDG_CONFIG_HOME": "/c"}) == Path("/c/drrouter/home.toml")
