"""`drrouter check` on object models: one sentence for each mistake, a remark on what is allowed but odd."""

from pathlib import Path

import pytest

from drrouter.config import check_document
from drrouter.domain.remedy import sentences
from drrouter.errors import DocumentError
from drrouter.resources import data_dir
from tests.unit.config.broken_models import PARAMETER, TWENTY
from tests.unit.objectmodel.snippets import (
    BATTERY,
    CHARGER,
    DEMAND,
    HEAD,
    HEAT_PUMP,
    HOME_BATTERY,
    INVERTER,
    PHASED,
    PROFILE,
    REST,
    STORAGE,
    TANK,
    model,
)

SHIPPED = sorted(Path(str(data_dir("device_models"))).glob("*/*.toml"))


def put(folder: Path, data: bytes) -> Path:
    file = folder / "wm9.toml"
    file.write_bytes(data)
    return file


def remarks(folder: Path, data: bytes) -> tuple[str, ...]:
    return check_document(put(folder, data)).warnings


@pytest.mark.parametrize("mistake", TWENTY)
def test_a_mistake_of_a_maker_gets_one_sentence_that_names_file_key_and_remedy(
    mistake: str, tmp_path: Path
) -> None:
    data, sentence = TWENTY[mistake]
    file = put(tmp_path, data)
    with pytest.raises(DocumentError) as refused:
        check_document(file)
    assert sentences(refused.value) == (sentence.replace("{file}", str(file)),)


def test_they_are_twenty() -> None:
    assert len(TWENTY) == 20


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: f"{file.parent.name}.{file.stem}")
def test_a_shipped_model_passes_without_a_remark(file: Path) -> None:
    found = check_document(file)
    assert (found.kind, found.warnings) == ("object model", ())


def test_a_model_that_passes_is_told_in_a_sentence(tmp_path: Path) -> None:
    found = check_document(put(tmp_path, model(CHARGER)))
    assert found.sentence == (
        "Object model acme.wm9, version 3, of class washing_machine and kind storage; "
        "its ledger has 2 done, 1 to do, 2 exempt."
    )
    meter = check_document(put(tmp_path, model("", head=HEAD.replace("washing_machine", "meter"))))
    assert "of class meter that can do nothing differently;" in meter.sentence


def test_parameters_that_go_together_at_their_ends_are_no_mistake(tmp_path: Path) -> None:
    both = PARAMETER.replace('sets = ["level_max"]', 'sets = ["level_max", "level_target"]')
    assert remarks(tmp_path, model(BATTERY.replace("32000.0", "40000.0"), more=both)) == ()


ODD: dict[str, tuple[bytes, str]] = {
    "unknown integration": (
        model(head=HEAD.replace("{ kasa =", "{ kaza =")),
        "identity.match#1: 'kaza' is no integration of drrouter. Did you mean 'kasa'?",
    ),
    "much too much": (
        model(PROFILE.replace("duration_s = 3300\npower_w = 180", "duration_s = 80000\npower_w = 3000")),
        "flexibility#1.programs[eco40]: takes 67 kWh. Check power_w and duration_s of its phases.",
    ),
    "power that is hardly used": (
        model(PROFILE.replace("energy_wh = 690", "energy_wh = 6.9")),
        "flexibility#1.programs[eco40].phases[heat]: energy_wh 6.9 is less than a tenth of the 700 Wh",
    ),
    "pauses nowhere": (
        model(PROFILE.replace("max_delay_s = 300", "")),
        "flexibility#1.programs[eco40]: is pausable_between phases, yet none may wait.",
    ),
    "pauses that nobody can make": (
        model(PHASED),
        "flexibility#1.programs[hot]: is pausable_between phases, yet nothing can pause it.",
    ),
    "days to fill": (
        model(BATTERY.replace("2300.0", "230.0").replace("1400.0", "140.0")),
        "flexibility#1: takes 193 hours to fill. Check level and the power_w of mode 'charge'.",
    ),
    "warm freezer": (
        model(STORAGE.replace("max = -18.0", "max = -15.0"), head=HEAD.replace("washing_machine", "freezer")),
        "flexibility#1.level.max: is -15; quick-frozen food is kept at -18 °C or colder",
    ),
    "less than six amperes": (
        model(CHARGER.replace("1380.0", "1000.0"), head=HEAD.replace("washing_machine", "ev_charger")),
        "flexibility[one_line].modes[charge].min_power_w: is 1000, and a car is offered 6 A or nothing "
        "(IEC 61851-1). Write 1380.",
    ),
    "nervous thermostat": (
        model(STORAGE.replace("starts_at = -20.0", "starts_at = -21.8")),
        "flexibility#1.thermostat: switches within half a degree.",
    ),
    "time off that safety cuts": (
        model(DEMAND),
        "flexibility#1.max_off_s: is 3600, of which safety.max_pause_s allows 600. Write the same in both.",
    ),
    "freezer that warms": (
        model(TANK, head=HEAD.replace("washing_machine", "refrigerator")),
        "flexibility#1: warms by running, though it is a refrigerator.",
    ),
    "battery that gives nothing": (
        model(BATTERY, head=HEAD.replace("washing_machine", "battery")),
        "flexibility#1: is a battery that gives nothing back. Add [flexibility.discharge].",
    ),
    "roof that is a load": (
        model(DEMAND, head=HEAD.replace("washing_machine", "pv")),
        'flexibility#1: makes power by the sun, and is no envelope. Write kind = "envelope".',
    ),
    "end before the start": (
        model(rest=REST.replace("below_w = 6", "below_w = 30")),
        "bindings.plug: an end below 30 W shows before a start above 20 W. Lower end_detect.below_w.",
    ),
    "start that never shows": (
        model(STORAGE, rest=REST.replace("above_w = 20", "above_w = 200")),
        "bindings.plug.start_detect.above_w: is 200, and it never draws more than 100 W. Lower it.",
    ),
    "end that never shows": (
        model(STORAGE.replace("power_w = 1.0", "power_w = 9.0")),
        "bindings.plug.end_detect.below_w: is 6, and it rests at 9 W. Raise it.",
    ),
    "measured by nobody": (
        model(),
        "quality.profile_measured: is done, yet no [provenance] says where.",
    ),
    "half translated": (
        model(PROFILE, more=PARAMETER.replace('sets = ["level_max"]', 'sets = ["power_w"]')),
        'parameters[battery_wh].name: is not said in every language that other labels have. Add nl = "...".',
    ),
    "default beside the figure": (
        model(DEMAND, more=PARAMETER.replace("level_max", "max_power_w")),
        "parameters: the defaults of battery_wh replace other figures of flexibility.",
    ),
}


@pytest.mark.parametrize("oddity", ODD)
def test_what_is_allowed_but_odd_gets_a_remark(oddity: str, tmp_path: Path) -> None:
    data, words = ODD[oddity]
    said = remarks(tmp_path, data)
    assert any(remark.startswith(words) for remark in said), said


@pytest.mark.parametrize(
    "flexibility", [HEAT_PUMP, INVERTER, HOME_BATTERY], ids=["modes", "envelope", "battery"]
)
def test_what_is_not_odd_gets_none(flexibility: str, tmp_path: Path) -> None:
    quiet = REST.replace('power_cut_tested = { status = "todo"', 'power_cut_tested = { status = "exempt"')
    plain = quiet.partition("[bindings.plug]")[0] + "\n[safety]" + quiet.partition("[safety]")[2]
    assert (
        remarks(
            tmp_path,
            model(flexibility.replace('name = { en = "Normal", de = "Normalbetrieb" }, ', ""), rest=plain),
        )
        == ()
    )
