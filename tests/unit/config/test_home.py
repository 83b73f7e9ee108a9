"""A home file becomes the whole configuration; a broken one says what to do."""

import traceback
from dataclasses import replace
from datetime import time, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from drrouter.config import HomeConfig, Secret, check_document, load_home, shipped_tariffs
from drrouter.config.uplinks import local_vtn_settings, openadr2_settings
from drrouter.domain.device import DeviceClass
from drrouter.domain.flexibility import Line, StorageFlexibility
from drrouter.domain.ids import ProviderId
from drrouter.domain.mandate import GROUPS
from drrouter.domain.remedy import sentences
from drrouter.errors import DocumentError
from drrouter.objectmodel import load_catalogue
from drrouter.resources import data_dir
from drrouter.router.household import StandingWish
from tests.unit.config.homes import (
    CAR,
    EXPOSED_VTN,
    LOCAL_VTN,
    OLDER_PROVIDER,
    PROVIDER,
    SITE,
    WASHER,
    WEBHOOK,
)
from tests.unit.objectmodel.snippets import HEAD, model

CATALOGUE = load_catalogue()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home.toml"


def load(home: Path, text: str, environ: dict[str, str] | None = None) -> HomeConfig:
    home.write_text(text, encoding="utf-8")
    return load_home(home, CATALOGUE, environ)


def refusal(home: Path, text: str, environ: dict[str, str] | None = None) -> str:
    """What is said of a home file that is refused, without its path."""
    with pytest.raises(DocumentError) as refused:
        load(home, text, environ)
    return "\n".join(sentence.removeprefix(f"{home}: ") for sentence in sentences(refused.value))


def test_a_form_that_the_model_does_not_have_is_named_with_those_it_has(home: Path) -> None:
    device = """
[[device]]
id = "car"
name = "Car"
model = "generic.charger_11kw"
flexibility = "two_lines"
integration = "kasa"
match = { alias = "Car" }
"""
    with pytest.raises(DocumentError) as refused:
        load(home, SITE + device)
    assert refused.value.sentence.endswith(
        "device[car].flexibility: has no form 'two_lines'. "
        "Did you mean 'one_line'? Known are: three_lines, one_line."
    )


def test_a_small_home_file_has_sane_defaults(home: Path) -> None:
    config = load(home, SITE)
    assert (config.name, config.zone, config.currency) == ("Test home", ZoneInfo("Europe/Amsterdam"), "EUR")
    assert (config.import_limit_w, config.base_load_w, config.co2_price_per_kg) == (None, (300.0,) * 24, 0)
    assert (config.providers, config.devices, config.exposures, config.warnings) == ((), (), (), ())
    assert (config.router.reconcile, config.router.replan) == (timedelta(seconds=5), timedelta(minutes=15))
    assert (config.router.solver_budget, config.router.horizon) == (
        timedelta(seconds=10),
        timedelta(hours=24),
    )
    assert (config.api.host, config.api.port) == ("127.0.0.1", 8088)
    assert config.store_path == home.parent / "drrouter.sqlite3"
    assert config.api.token_file == home.parent / "owner-token"
    assert config.integrations["kasa"].model_dump()["broadcast"] == IPv4Address("255.255.255.255")


def test_the_site_is_read(home: Path) -> None:
    more = "import_limit_w = 8000\nbase_load_w = 250\nco2_price_per_kg = 0.05\n"
    config = load(home, SITE.replace("[tariff]", f"{more}[tariff]"))
    assert (config.import_limit_w, config.co2_price_per_kg) == (8000, 0.05)
    assert config.base_load_w == (250.0,) * 24
    hourly = load(home, SITE.replace("[tariff]", f"base_load_w = {list(range(24))}\n[tariff]"))
    assert hourly.base_load_w == tuple(range(24))


def test_a_device_joins_its_model_parameters_and_wishes(home: Path) -> None:
    car, washer = load(home, SITE + CAR + WASHER).devices
    assert (car.integration, car.match) == ("kasa", {"mac": "50:C7:BF:00:00:04"})
    assert (car.profile.line, car.profile.groups) == (Line.L3, ("cars",))
    assert isinstance(car.profile.flexibility, StorageFlexibility)
    assert car.profile.flexibility.level_max == 50_000
    assert car.standing == StandingWish(12_000, time(7, 30))
    assert washer.match == {"alias": "Washer", "address": "192.168.1.9:9999"}
    assert (washer.standing, washer.profile.name) == (None, "Washer")


@pytest.mark.parametrize(
    ("target", "level"),
    [("target_percent = 80", 40_000), ("target_wh = 50000", 50_000), ("", 50_000)],
)
def test_a_standing_wish_may_be_a_share_or_everything(home: Path, target: str, level: float) -> None:
    wish = f'{{ departure = "07:30"{"," if target else ""} {target} }}'
    config = load(home, SITE + CAR.replace('{ departure = "07:30", target_wh = 12000 }', wish))
    assert config.devices[0].standing == StandingWish(level, time(7, 30))


def test_a_device_is_recognised_by_its_host_alone(home: Path) -> None:
    config = load(home, SITE + WASHER.replace("192.168.1.9:9999", "192.168.1.9"))
    assert config.devices[0].match == {"alias": "Washer", "host": "192.168.1.9"}


def test_a_provider_is_read(home: Path) -> None:
    ca = home.parent / "ca.pem"
    ca.write_text("certificate")
    more = (
        'role = "network"\nca_file = "ca.pem"\nven_name = "ven"\npoll_s = 30\njitter = 0\nprograms = ["a"]\n'
    )
    (provider,) = load(home, SITE + PROVIDER + more + WEBHOOK + 'url = "https://home.example/n"').providers
    assert (provider.id, provider.kind, provider.role) == ("sp", "openadr3", "network")
    assert (provider.url, provider.client_id) == ("https://vtn.example/3.1.0", "home")
    assert (provider.ca_file, provider.ven_name, provider.jitter) == (ca, "ven", 0)
    assert (provider.poll, provider.programs) == (timedelta(seconds=30), ("a",))
    assert provider.webhook
    assert (provider.webhook.host, provider.webhook.port) == ("127.0.0.1", 8930)
    assert (provider.webhook.url, provider.webhook.cert_file) == ("https://home.example/n", None)


def test_what_each_provider_may_send_is_read_in_the_order_of_the_home_file(home: Path) -> None:
    feed = '\n[[provider]]\nid = "market"\nkind = "feed"\nformat = "awattar"\nfile = "prices.json"\n'
    more = 'role = "network"\nmay_send = ["limits", "SIMPLE"]\n'
    mandates = load(home, SITE + feed + PROVIDER + more).mandates
    assert list(mandates) == ["market", "sp"]
    assert (mandates[ProviderId("market")].role, mandates[ProviderId("market")].stated) == ("energy", False)
    assert mandates[ProviderId("sp")].words() == ("limits", "SIMPLE")
    everything = load(home, SITE + PROVIDER).mandates[ProviderId("sp")]
    assert (everything.role, everything.words()) == (None, tuple(GROUPS))


def test_a_word_for_what_it_may_send_that_nobody_knows_is_refused(home: Path) -> None:
    with pytest.raises(DocumentError, match="'tariffs' is no payload type"):
        load(home, SITE + PROVIDER + 'may_send = ["tariffs"]\n')


def test_a_provider_of_the_older_protocol_is_read(home: Path) -> None:
    for name in ("ca.pem", "ven.pem", "ven.key"):
        (home.parent / name).write_text("certificate")
    files = 'ca_file = "ca.pem"\ncert_file = "ven.pem"\nkey_file = "ven.key"\n'
    more = 'ven_id = "ven-1"\nsign = true\npoll_s = 30\nprograms = ["https://market.example"]\n'
    (provider,) = load(home, SITE + OLDER_PROVIDER + files + more).providers
    settings = openadr2_settings(provider, "seed")
    assert (settings.url, settings.ven_id) == ("https://vtn.example/OpenADR2/Simple/2.0b", "ven-1")
    assert (settings.cert_file, settings.key_file) == (home.parent / "ven.pem", home.parent / "ven.key")
    assert (settings.ca_file, settings.sign, settings.poll_s) == (home.parent / "ca.pem", True, 30.0)
    assert (settings.programs, settings.seed) == (("https://market.example",), "seed sp")


def test_the_homes_own_vtn_is_read(home: Path) -> None:
    for name in ("clients.toml", "vtn.pem", "vtn.key"):
        (home.parent / name).write_text("")
    files = (
        'cert_file = "vtn.pem"\nkey_file = "vtn.key"\nstate = "vtn.sqlite"\nmqtt = "mqtts://broker.home"\n'
    )
    config = load(home, SITE + LOCAL_VTN + 'host = "192.168.1.5"\n' + files + EXPOSED_VTN)
    assert config.local_vtn
    settings = local_vtn_settings(config.local_vtn)
    assert (settings.host, settings.port, settings.name) == ("192.168.1.5", 8091, "drrouter")
    assert settings.mqtt == "mqtts://broker.home"
    assert (settings.clients, settings.state) == (home.parent / "clients.toml", home.parent / "vtn.sqlite")
    assert (settings.cert_file, settings.key_file) == (home.parent / "vtn.pem", home.parent / "vtn.key")


def test_a_secret_comes_from_a_private_file(home: Path) -> None:
    secret = home.parent / "secret"
    secret.write_text("hush\n")
    secret.chmod(0o600)
    config = load(home, SITE + PROVIDER + 'client_secret_file = "secret"')
    assert config.providers[0].client_secret == Secret("hush")


def test_a_secret_comes_from_the_environment(home: Path) -> None:
    text = SITE + PROVIDER + 'client_secret_env = "SP_SECRET"'
    assert load(home, text, {"SP_SECRET": "hush"}).providers[0].client_secret == Secret("hush")
    assert load(home, text, None).providers[0].client_secret is None
    assert refusal(home, text, {}) == (
        "provider[sp].client_secret_env: the environment variable SP_SECRET is not set. "
        "Set it before drrouter starts (export SP_SECRET=...), or take out what asks for it."
    )


def test_a_secret_in_the_home_file_itself_needs_a_private_home_file(home: Path) -> None:
    text = SITE + PROVIDER + 'client_secret = "hush"'
    home.touch(mode=0o600)
    assert load(home, text).providers[0].client_secret == Secret("hush")
    home.chmod(0o644)
    assert f"Run: chmod 600 {home}." in refusal(home, text)


def test_a_secret_that_others_may_read_is_refused(home: Path) -> None:
    secret = home.parent / "secret"
    secret.write_text("hush")
    secret.chmod(0o644)
    assert refusal(home, SITE + PROVIDER + 'client_secret_file = "secret"') == (
        f"provider[sp].client_secret_file: {secret} holds a secret and may be read by others (mode 0644). "
        f"Run: chmod 600 {secret}."
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read (No such file or directory)"), (b"\n", "is empty"), (b"\xff", "not UTF-8 text")],
)
def test_a_secret_that_cannot_be_read_is_refused(home: Path, content: bytes | None, words: str) -> None:
    secret = home.parent / "secret"
    if content is not None:
        secret.write_bytes(content)
        secret.chmod(0o600)
    assert words in refusal(home, SITE + PROVIDER + 'client_secret_file = "secret"')


def test_a_secret_shows_in_no_print(home: Path) -> None:
    home.touch(mode=0o600)
    config = load(home, SITE + PROVIDER + 'client_secret = "hush"')
    assert "hush" not in repr(config)
    assert "hush" not in f"{config.providers[0].client_secret} {config.providers[0].client_secret!r}"
    secret = config.providers[0].client_secret
    assert secret
    assert secret.reveal() == "hush"
    assert secret != "hush"
    assert len({secret, Secret("hush")}) == 1


@pytest.mark.parametrize("value", ['"' + "hush" * 2000 + '"', '["hush"]', '""'])
def test_a_secret_shows_in_no_error(home: Path, value: str) -> None:
    home.write_text(f"{SITE}{PROVIDER}client_secret = {value}")
    with pytest.raises(DocumentError) as refused:
        load_home(home)
    shown = "".join(traceback.format_exception(refused.value))
    assert "provider[sp].client_secret: " in shown
    assert "hush" not in shown


def test_an_own_tariff_lies_beside_the_home_file(home: Path) -> None:
    text = data_dir("tariffs").joinpath("generic", "nl_day_night.toml").read_text(encoding="utf-8")
    (home.parent / "mine.toml").write_text(text, encoding="utf-8")
    config = load(home, SITE.replace('id = "generic.nl_dynamic"', 'file = "mine.toml"'))
    assert config.tariff.id == "generic.nl_day_night"
    assert set(shipped_tariffs()) > {"generic.nl_dynamic", "generic.nl_day_night"}


def test_own_object_models_lie_in_a_folder_of_the_home(home: Path) -> None:
    folder = home.parent / "models" / "acme"
    folder.mkdir(parents=True)
    (folder / "wm9.toml").write_bytes(model())
    (folder / "broken.toml").write_bytes(b"x = ")
    text = SITE.replace("[tariff]", 'device_models = "models"\n[tariff]') + WASHER.replace(
        "generic.washer", "acme.wm9"
    )
    home.write_text(text)
    config = load_home(home)
    assert config.profiles[0].model_id == "acme.wm9"
    assert config.models_folder == home.parent / "models"
    assert "acme/broken.toml" in config.warnings[0]


def test_listening_beyond_this_machine_needs_a_reason_and_tls(home: Path) -> None:
    api = '\n[api]\nhost = "192.168.1.5"\n'
    assert refusal(home, SITE + api) == (
        "api.host: 192.168.1.5 can be reached from other machines. Write 127.0.0.1, or add an [[exposure]] "
        'with what = "api", interface = "192.168.1.5" and a reason.'
    )
    allowed = '\n[[exposure]]\nwhat = "api"\ninterface = "192.168.1.5"\nreason = "kitchen tablet"\n'
    assert refusal(home, SITE + api + allowed).startswith(
        "api.cert_file: is missing, and beyond this machine"
    )
    for name in ("cert.pem", "key.pem"):
        (home.parent / name).write_text("pem")
    files = 'cert_file = "cert.pem"\nkey_file = "key.pem"\nnames = ["home.example"]\n'
    config = load(home, SITE + api + files + allowed)
    assert config.api.cert_file == home.parent / "cert.pem"
    assert config.api.names == ("home.example",)
    assert not config.api.https_only
    assert load(home, SITE + api + files + "https_only = true\n" + allowed).api.https_only
    assert [exposure.reason for exposure in config.exposures] == ["kitchen tablet"]


def test_a_webhook_beyond_this_machine_needs_a_reason(home: Path) -> None:
    text = SITE + PROVIDER + WEBHOOK.replace("127.0.0.1", "0.0.0.0")
    assert refusal(home, text).startswith(
        "provider[sp].webhook.host: 0.0.0.0 can be reached from other machines."
    )
    load(home, text + '\n[[exposure]]\nwhat = "webhook"\ninterface = "0.0.0.0"\nreason = "behind NAT"\n')


def test_charge_points_beyond_this_machine_need_a_reason(home: Path) -> None:
    text = SITE + '\n[ocpp]\nhost = "192.168.1.5"\n'
    assert refusal(home, text) == (
        "ocpp.host: 192.168.1.5 can be reached from other machines. Write 127.0.0.1, or add an [[exposure]] "
        'with what = "ocpp", interface = "192.168.1.5" and a reason.'
    )
    reason = '\n[[exposure]]\nwhat = "ocpp"\ninterface = "192.168.1.5"\nreason = "the wallbox"\n'
    assert load(home, text + reason).integrations["ocpp"].model_dump()["host"] == "192.168.1.5"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "[::1]", "::1"])
def test_this_machine_itself_needs_no_reason(home: Path, host: str) -> None:
    assert load(home, f'{SITE}\n[api]\nhost = "{host}"\n').api.host == host


def test_the_sentence_names_the_home_file(home: Path) -> None:
    home.write_text(SITE.replace("time_zone", "timezone"))
    with pytest.raises(DocumentError) as refused:
        load_home(home)
    assert refused.value.sentence.startswith(f"{home}: site.timezone: ")


def test_a_missing_home_file_is_named(home: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be read"):
        load_home(home)


def test_any_document_can_be_checked(tmp_path: Path) -> None:
    kinds = {}
    for kind in ("device_models", "tariffs"):
        for file in Path(str(data_dir(kind))).glob("*/*.toml"):
            checked = check_document(file)
            kinds[file.parent.name if file.parent.name == "offline" else kind] = checked.kind
            assert file.stem in checked.sentence
    assert kinds == {"device_models": "object model", "tariffs": "tariff", "offline": "offline profile"}


def test_a_document_that_nobody_knows_is_named(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text('schema = "drrouter.devise/1"')
    with pytest.raises(DocumentError, match=r"x.toml: schema: .* is no kind of document. Did you mean"):
        check_document(file)


def test_a_check_of_a_model_tells_what_its_ledger_says(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(model(head=HEAD))
    assert check_document(file).sentence == (
        "Object model acme.wm9, version 3, of class washing_machine and kind profile; "
        "its ledger has 2 done, 1 to do, 2 exempt."
    )


def test_a_home_may_tell_where_it_is_and_what_its_roof_gives(home: Path) -> None:
    assert load(home, SITE).place is None
    place = "latitude = 52.1\nlongitude = 5.1\n[site.pv]\npeak_w = 4000\n"
    told = load(home, SITE.replace("[tariff]", f"{place}\n[tariff]"))
    assert (told.place, told.pv_peak_w) == ((52.1, 5.1), 4000.0)


def test_the_site_meter_is_the_one_that_is_said_to_be(home: Path) -> None:
    assert load(home, SITE + CAR).site_meter is None
    assert load(home, SITE + CAR + 'role = "site_meter"\n').site_meter == "car"


def test_the_only_meter_of_a_home_is_its_site_meter(home: Path) -> None:
    known = load(home, SITE + CAR + WASHER)
    meters = [
        replace(one, profile=replace(one.profile, device_class=DeviceClass.METER)) for one in known.devices
    ]
    assert replace(known, devices=tuple(meters[:1])).site_meter == "car"
    assert replace(known, devices=tuple(meters)).site_meter is None


def test_a_person_may_agree_that_a_car_gives_back(home: Path) -> None:
    for word, agreed in (("", False), ("may_discharge = true\n", True)):
        (device,) = load(home, SITE + CAR + word).devices
        assert device.profile.may_discharge is agreed
