"""Every model in the tree is in order because it exists, and found devices get the model that fits."""

from pathlib import Path

import pytest

from drrouter.domain.device import DeviceClass
from drrouter.domain.flexibility import Line, ProfileFlexibility, StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import FailSafe
from drrouter.errors import DocumentError
from drrouter.objectmodel import Catalogue, load_catalogue, profile_of, read_file
from drrouter.objectmodel import catalogue as room
from drrouter.objectmodel.schema import schema_text
from drrouter.ports import Found
from drrouter.resources import data_dir
from tests.unit.objectmodel.snippets import HEAD, model

SHIPPED = load_catalogue()


def found(alias: str, integration: str = "kasa") -> Found:
    return Found(integration, "192.0.2.7:9999", {"alias": alias, "model": "HS110(EU)"})


def put(folder: Path, data: bytes, name: str = "acme/wm9.toml") -> Path:
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    return folder


def test_every_shipped_model_passes_its_checks() -> None:
    assert [fault.sentence for fault in SHIPPED.faults] == []
    assert len(SHIPPED) == sum(1 for _ in Path(str(data_dir("device_models"))).glob("*/*.toml"))


@pytest.mark.parametrize("model_id", SHIPPED)
def test_a_shipped_model_means_something_to_the_planner(model_id: str) -> None:
    model = SHIPPED[model_id]
    for form in model.flexibility:
        profile = profile_of(model, DeviceId("device"), "Device", choice=form.key)
        binding, flexibility = profile.binding, profile.flexibility
        assert binding.start_above_w > binding.end_below_w
        assert profile.lines in ((), tuple(Line))
        if isinstance(flexibility, ProfileFlexibility):
            assert all(100 < programme.energy_wh < 15_000 for programme in flexibility.programmes)
        elif isinstance(flexibility, StorageFlexibility):
            assert flexibility.level_min <= flexibility.level_target <= flexibility.level_max
            assert flexibility.max_power_w > binding.start_above_w
            assert flexibility.idle_power_w < max(binding.end_below_w, 30)


def test_every_class_and_kind_is_shown_by_a_model() -> None:
    """A3: white ware, red ware and fixed gear, and all that a flexibility can be."""
    assert {model.identity.device_class for model in SHIPPED.values()} == set(DeviceClass)
    kinds = {form.kind for model in SHIPPED.values() for form in model.flexibility}
    assert kinds == {"profile", "storage", "demand", "modes", "envelope"}
    assert len(SHIPPED) >= 30


@pytest.mark.parametrize("model_id", SHIPPED)
def test_a_shipped_model_says_in_three_languages_what_it_is_unless_it_was_measured(model_id: str) -> None:
    name = SHIPPED[model_id].identity.name
    assert model_id.startswith("tracebase.") or (name and set(name) >= {"en", "de", "nl"})


@pytest.mark.parametrize(
    "model_id", [key for key in SHIPPED if SHIPPED[key].identity.device_class == "freezer"]
)
def test_a_freezer_is_left_with_power_when_the_router_falls_silent(model_id: str) -> None:
    profile = profile_of(SHIPPED[model_id], DeviceId("freezer"), "Freezer")
    assert profile.binding.fail_safe is FailSafe.RESTORE_POWER
    assert isinstance(profile.flexibility, StorageFlexibility)
    assert profile.flexibility.level_max <= -18  # Council Directive 89/108/EEC, Article 5


@pytest.mark.parametrize("model_id", [key for key in SHIPPED if key.startswith("tracebase.")])
def test_a_measured_model_carries_licence_and_attribution(model_id: str) -> None:
    file = data_dir("device_models").joinpath(*f"{model_id.replace('.', '/')}.toml".split("/"))
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# SPDX-License-Identifier: ODbL-1.0\n")
    assert "made available at tracebase.org under the" in text
    provenance = SHIPPED[model_id].provenance
    assert provenance
    assert "tracebase" in provenance.origin


def test_the_measured_freezer_keeps_the_duty_that_was_measured() -> None:
    freezer = profile_of(SHIPPED["tracebase.freezer_d36601"], DeviceId("f"), "F").flexibility
    assert isinstance(freezer, StorageFlexibility)
    duty = freezer.drift_per_h / (-freezer.level_per_wh * freezer.max_power_w)
    mean_w = duty * freezer.max_power_w + (1 - duty) * freezer.idle_power_w
    assert duty == pytest.approx(0.1445, abs=0.0005)
    assert mean_w == pytest.approx(24.06, abs=0.1)


def test_the_measured_cycles_keep_their_length_and_energy() -> None:
    measured = {}
    for model_id in ("tracebase.washer_b8121d", "tracebase.dishwasher_b82f81"):
        flexibility = profile_of(SHIPPED[model_id], DeviceId("m"), "M").flexibility
        assert isinstance(flexibility, ProfileFlexibility)
        for programme in flexibility.programmes:
            minutes = programme.duration.total_seconds() / 60
            measured[f"{model_id} {programme.id}"] = (minutes, round(programme.energy_wh, 1))
    assert measured == {
        "tracebase.washer_b8121d normal": (96, 705.3),
        "tracebase.washer_b8121d short": (81, 624.4),
        "tracebase.dishwasher_b82f81 normal": (142, 879.6),
    }


def test_the_schema_for_editors_is_fresh() -> None:
    written = data_dir("device_models").joinpath("schema.json").read_text(encoding="utf-8")
    assert written == schema_text(), "run: python -m drrouter.objectmodel.schema > device_models/schema.json"


@pytest.mark.parametrize(
    ("alias", "model_id"),
    [
        ("Freezer cellar", "generic.freezer"),
        ("GEFRIERTRUHE", "generic.freezer"),
        ("Our washer", "generic.washer"),
        ("dishwasher", "generic.dishwasher"),
        ("Car charger", "generic.ev_charger"),
        ("Airco zolder", "generic.hvac_relay"),
    ],
)
def test_a_found_device_gets_the_model_that_fits_best(alias: str, model_id: str) -> None:
    best = SHIPPED.best_match(found(alias))
    assert best
    assert best.model.id == model_id


def test_a_stranger_gets_no_model() -> None:
    assert SHIPPED.best_match(Found("kasa", "192.0.2.7:9999", {"alias": "Television"})) is None
    assert SHIPPED.best_match(found("Freezer", integration="none")) is None
    assert SHIPPED.best_match(Found("kasa", "192.0.2.7:9999")) is None


def test_a_plug_of_which_nobody_says_what_stands_behind_it_is_known_as_a_plug() -> None:
    plug = SHIPPED.best_match(found("Television"))
    assert plug
    assert (plug.model.id, plug.model.flexibility) == ("kasa.hs110", ())


@pytest.mark.parametrize(
    ("integration", "identity", "model_id", "confidence"),
    [
        ("kasa", {"alias": "Freezer", "model": "HS110(EU)"}, "generic.freezer", 0.5),
        ("kasa", {"alias": "Freezer in the cellar", "model": "HS110(EU)"}, "generic.freezer", 0.33),
        ("kasa", {"model": "HS110"}, "kasa.hs110", 0.65),
        ("zwave", {"manufacturer": "Aeotec", "model": "ZW175"}, "aeotec.smart_switch_7", 0.95),
        ("modbus", {"manufacturer": "Fronius", "model": "Symo 10.0-3-M"}, "fronius.symo_10", 0.95),
        ("modbus", {"manufacturer": "Fronius", "model": "Smart Meter 63A"}, "fronius.smart_meter", 0.86),
        ("ocpp", {"manufacturer": "Alfen BV", "model": "NG910-60023"}, "alfen.eve_single", 0.24),
        ("ocpp", {"alias": "CP-17", "manufacturer": "Acme"}, "generic.charger_11kw", 0.05),
        ("s2", {"alias": "Washing machine", "protocol": "s2"}, "generic.washer", 0.37),
        ("p1", {"alias": "Meter", "class": "meter"}, "generic.meter_p1", 0.5),
        ("p1", {"class": "meter", "manufacturer": "KFM", "model": "KAIFA-METER"}, "kaifa.ma304", 0.77),
        (
            "mqtt",
            {"alias": "Boiler", "manufacturer": "Tasmota", "model": "Nous A1T"},
            "generic.hot_water_tank",
            0.5,
        ),
        ("zigbee", {"manufacturer": "innr", "model": "SP 240"}, "innr.sp240", 0.95),
        ("homeassistant", {"manufacturer": "Tesla", "model": "Powerwall 2"}, "tesla.powerwall_2", 0.95),
    ],
)
def test_a_proposal_says_how_sure_it_is(
    integration: str, identity: dict[str, str], model_id: str, confidence: float
) -> None:
    best = SHIPPED.best_match(Found(integration, "somewhere", identity))
    assert best
    assert (best.model.id, best.confidence) == (model_id, confidence)


def test_the_makers_own_model_beats_a_generic_one(tmp_path: Path) -> None:
    own = HEAD.replace('alias = "*wm9*"', 'alias = "*washer*", model = "HS110*"')
    catalogue = load_catalogue(put(tmp_path, model(head=own)))
    best = catalogue.best_match(found("Washer"))
    assert best
    assert best.model.id == "acme.wm9"


def test_a_folder_of_the_home_adds_its_models(tmp_path: Path) -> None:
    catalogue = load_catalogue(put(tmp_path, model()))
    assert set(catalogue) == {*SHIPPED, "acme.wm9"}
    assert catalogue.faults == ()


def test_a_broken_model_is_left_out_and_named(tmp_path: Path) -> None:
    put(tmp_path, b"id = ")
    put(tmp_path, model(), "acme/other.toml")
    put(tmp_path, b"not a model", "acme/readme.md")
    catalogue = load_catalogue(tmp_path)
    assert set(catalogue) == set(SHIPPED)
    first, second = (fault.sentence for fault in catalogue.faults)
    assert "acme/other.toml: id: is 'acme.wm9' in the file of 'acme.other'" in first
    assert "acme/wm9.toml: line 1, column 6: is not valid TOML" in second


def test_an_older_model_never_replaces_a_newer_one(tmp_path: Path) -> None:
    text = data_dir("device_models").joinpath("generic", "washer.toml").read_text(encoding="utf-8")
    newer = put(tmp_path, text.replace("version = 3", "version = 7").encode(), "generic/washer.toml")
    shipped = load_catalogue(newer)
    assert (shipped["generic.washer"].version, shipped.faults) == (7, ())


def test_going_back_to_an_older_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_use, offered = tmp_path / "in_use", tmp_path / "offered"
    in_use.mkdir()
    offered.mkdir()
    put(in_use, model())
    put(offered, model(head=HEAD.replace("version = 3", "version = 2")))
    monkeypatch.setattr(room, "data_dir", lambda kind: in_use)
    catalogue = load_catalogue(offered)
    assert catalogue["acme.wm9"].version == 3
    assert "version: is 2, older than the 3 that is in use" in catalogue.faults[0].sentence


def test_a_folder_that_cannot_be_read_costs_only_itself(tmp_path: Path) -> None:
    catalogue = load_catalogue(tmp_path / "nowhere")
    assert set(catalogue) == set(SHIPPED)
    assert "nowhere: cannot be read (No such file or directory)" in catalogue.faults[0].sentence


def test_only_so_many_models_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    most = len(SHIPPED)
    monkeypatch.setattr(room, "MOST_FILES", most)
    for number in range(most + 2):
        put(tmp_path, model(head=HEAD.replace("wm9", f"wm{number}")), f"acme/wm{number}.toml")
    catalogue = load_catalogue(tmp_path)
    assert len(catalogue) == 2 * most
    assert f"holds more than {most} models" in catalogue.faults[0].sentence


def test_an_unknown_model_names_the_nearest() -> None:
    assert SHIPPED.model("generic.freezer", "home.toml", "device[x].model").id == "generic.freezer"
    with pytest.raises(DocumentError) as refused:
        SHIPPED.model("generic.freezr", "home.toml", "device[x].model")
    assert refused.value.sentence.startswith(
        "home.toml: device[x].model: there is no object model 'generic.freezr'. "
        "Did you mean 'generic.freezer'?"
    )
    assert Catalogue({}).best_match(found("Freezer")) is None


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"cannot be read \(No such file or directory\)"):
        read_file(tmp_path / "none.toml")
    with pytest.raises(DocumentError, match=r"folder: cannot be read \(Is a directory\)"):
        read_file(tmp_path, "folder")
