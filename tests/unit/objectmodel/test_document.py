"""A maker's file is checked, and every fault has a sentence that names file, key and remedy."""

import pytest

from drrouter.domain.remedy import sentences
from drrouter.errors import DocumentError
from drrouter.objectmodel import read_model
from tests.unit.objectmodel.snippets import BATTERY, DEMAND, HEAD, PROFILE, REST, STORAGE, TANK, model

WHERE = "acme/wm9.toml"

BROKEN: dict[str, tuple[bytes, str, str]] = {
    "no licence": (
        model(head=HEAD.partition("\n")[2]),
        "",
        "names no licence. Begin it with a line such as: # SPDX-License-Identifier: CC0-1.0.",
    ),
    "mistyped key": (
        model(PROFILE.replace("power_w = 180", "powr_w = 180")),
        "flexibility#1.programs[eco40].phases[wash].powr_w",
        "is not a key of this document. Did you mean 'power_w'?",
    ),
    "unknown table": (
        model(more="[script]\nrun = 'rm'"),
        "script",
        "is not a key of this document. Known are: schema, id, version,",
    ),
    "missing safety": (
        model(rest=REST.replace('fail_safe = "restore_power"', "")),
        "safety.fail_safe",
        "is missing. Add it: What becomes of the power when the router falls silent.",
    ),
    "kind to come": (
        model(DEMAND.replace('"demand"', '"modes"')),
        "flexibility#1.kind",
        "'modes' is no kind that exists yet. Known are: demand, profile, storage.",
    ),
    "no kind": (
        model(DEMAND.replace('kind = "demand"', "")),
        "flexibility#1.kind",
        "is missing. Write one of:",
    ),
    "text for number": (
        model(PROFILE.replace("= 2100", '= "2100"')),
        "flexibility#1.programs[eco40].phases[heat].power_w",
        "should be a valid number, and is '2100'. What it draws while it lasts, in W.",
    ),
    "not a number": (
        model(DEMAND.replace("= 500", "= nan")),
        "flexibility#1.power_w",
        "should be a finite number, and is nan.",
    ),
    "infinite": (
        model(DEMAND.replace("= 1000", "= inf")),
        "flexibility#1.max_power_w",
        "should be a finite number, and is inf.",
    ),
    "negative power": (
        model(PROFILE.replace("= 2100", "= -1")),
        "flexibility#1.programs[eco40].phases[heat].power_w",
        "should be greater than or equal to 0, and is -1.",
    ),
    "more energy than power gives": (
        model(PROFILE.replace("= 690", "= 701.5\n")).replace(b"701.5", b"901"),
        "flexibility#1.programs[eco40].phases[heat]",
        "energy_wh 901 is more than 2100 W give in 1200 s. Write at most 700.",
    ),
    "phases and minutes": (
        model(PROFILE.replace("pausable_between = true", "minutes_w = [1, 2]")),
        "flexibility#1.programs[eco40]",
        "needs either phases or minutes_w. Write one of the two.",
    ),
    "program twice": (
        model(PROFILE + PROFILE.partition('"armed"')[2]),
        "flexibility#1",
        "has two programs 'eco40'. Give each an id of its own.",
    ),
    "program of two days": (
        model(PROFILE.replace("= 3300", "= 86400")),
        "flexibility#1.programs[eco40]",
        "takes longer than a day. Shorten its phases.",
    ),
    "no English name": (
        model(PROFILE.replace('en = "Eco 40", ', "")),
        "flexibility#1.programs[eco40].name",
        'has no English form. Add en = "...".',
    ),
    "hidden signs": (
        model(PROFILE.replace("Eco 40", "Eco\\u202e40")),
        "flexibility#1.programs[eco40].name.en",
        "holds invisible or control characters. Type it again without them.",
    ),
    "measured without origin": (
        model(
            PROFILE.partition("[[flexibility.programs.phases]]")[0].replace(
                "pausable_between = true", "minutes_w = [5, 6]"
            )
        ),
        "",
        "minutes_w is measured, yet [provenance] is missing. State origin, licence and changes.",
    ),
    "two licences": (
        model(more='[provenance]\norigin = "me"\nlicence = "ODbL-1.0"\nchanges = "none"'),
        "provenance.licence",
        "is ODbL-1.0, but the file's first lines say CC0-1.0. Write the same licence in both places.",
    ),
    "crossed level": (
        model(STORAGE.replace("min = -24.0", "min = -10.0")),
        "flexibility#1.level",
        "min -10 is not below max -18. Exchange them.",
    ),
    "target outside": (
        model(STORAGE.replace("target = -21.0", "target = -5.0")),
        "flexibility#1.level",
        "target -5 lies outside -24 .. -18. Move it inside.",
    ),
    "thermostat outside": (
        model(STORAGE.replace("starts_at = -20.0", "starts_at = -10.0")),
        "flexibility#1",
        "thermostat -22 .. -10 lies outside level -24 .. -18. Move it inside.",
    ),
    "thermostat the wrong way": (
        model(STORAGE.replace("stops_at = -22.0, starts_at = -20.0", "stops_at = -20.0, starts_at = -22.0")),
        "flexibility#1",
        "thermostat stops on the wrong side of where it starts. Exchange stops_at and starts_at.",
    ),
    "heating thermostat the wrong way": (
        model(TANK.replace("stops_at = 62.0, starts_at = 55.0", "stops_at = 55.0, starts_at = 62.0")),
        "flexibility#1",
        "thermostat stops on the wrong side",
    ),
    "too weak": (
        model(STORAGE.replace("= -4.0", "= -0.5")),
        "flexibility#1",
        "heat_gain_c_per_h is stronger than a running mode",
    ),
    "nothing runs": (
        model(STORAGE.replace(", rate_c_per_h = -4.0", "")),
        "flexibility#1",
        "modes change nothing by power. State power_w and rate_c_per_h of one that runs.",
    ),
    "power from nothing": (
        model(STORAGE.replace("power_w = 100.0", "power_w = 0.0")),
        "flexibility#1",
        "modes change nothing by power.",
    ),
    "modes that differ": (
        model(
            STORAGE.replace(
                '{ id = "idle"', '{ id = "fast", power_w = 150.0, rate_c_per_h = -9.0 }, { id = "idle"'
            )
        ),
        "flexibility#1",
        "modes differ in degrees per Wh, which no plan can follow.",
    ),
    "efficient freezer": (
        model(STORAGE.replace("heat_gain", "efficiency = 0.9\nheat_gain")),
        "flexibility#1",
        "efficiency is for batteries. Leave it out.",
    ),
    "warm battery": (
        model(BATTERY.replace("efficiency = 0.9", "heat_gain_c_per_h = 1.0")),
        "flexibility#1",
        "level is in watt_hours, yet temperatures are given.",
    ),
    "unsafe level": (
        model(STORAGE, rest=REST.replace("min_on_s = 60", "level_max = -19.0")),
        "",
        "level -24 .. -18 leaves what safety allows. Narrow the level.",
    ),
    "mean above peak": (
        model(DEMAND.replace("= 500", "= 1500")),
        "flexibility#1",
        "power_w 1500 is above max_power_w 1000. The mean cannot exceed the peak.",
    ),
    "odd level of shedding": (
        model(rest=REST.replace("from_level = 2", "from_level = 4")),
        "shed.from_level",
        "should be less than or equal to 3, and is 4. 1 moderate, 2 high, 3 special.",
    ),
    "ledger without reason": (
        model(rest=REST.replace(', reason = "measured"', "")),
        "quality.profile_measured.reason",
        "is missing. Add it: How it was done, what is missing, or why it does not apply.",
    ),
    "unknown status": (
        model(rest=REST.replace('"todo"', '"later"')),
        "quality.power_cut_tested.status",
        "cannot be 'later'. Write 'done', 'todo' or 'exempt'.",
    ),
    "bad id": (
        model(head=HEAD.replace("acme.wm9", "../etc/passwd")),
        "id",
        "'../etc/passwd' does not have the right form. The file's path with dots: maker.model.",
    ),
    "parameter outside itself": (
        model(
            DEMAND,
            more='[[parameters]]\nid = "p"\nname = { en = "P" }\ndefault = 9\nmin = 0\nmax = 5\n'
            'sets = ["power_w"]',
        ),
        "parameters[p]",
        "default 9 lies outside 0 .. 5. Move it inside.",
    ),
    "no flexibility": (
        model(flexibility="flexibility = []\n", head=HEAD.partition("[identity]")[0], rest=""),
        "flexibility",
        "needs at least 1 entries, and has 0.",
    ),
    "broken TOML": (model(more="\nx = ["), "line 56, column 6", "is not valid TOML"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_model_gives_a_sentence_with_file_key_and_remedy(name: str) -> None:
    data, key, words = BROKEN[name]
    with pytest.raises(DocumentError) as refused:
        read_model(data, WHERE)
    said = sentences(refused.value)
    expected = f"{WHERE}: {key}: {words}" if key else f"{WHERE}: {words}"
    assert any(sentence.startswith(expected) for sentence in said), said
    assert all(sentence.endswith((".", "…")) for sentence in said)


def test_every_fault_is_named_at_once() -> None:
    data = model(
        rest=REST.replace("min_on_s = 60", "min_on_s = -1").replace("from_level = 2", "from_level = 0")
    )
    with pytest.raises(DocumentError) as refused:
        read_model(data, WHERE)
    assert [sentence.split(": ")[1] for sentence in sentences(refused.value)] == [
        "safety.min_on_s",
        "shed.from_level",
    ]


@pytest.mark.parametrize("flexibility", [PROFILE, STORAGE, TANK, BATTERY, DEMAND])
def test_a_model_of_each_kind_is_read(flexibility: str) -> None:
    document = read_model(model(flexibility), WHERE)
    assert (document.id, document.version, document.identity.brand) == ("acme.wm9", 3, "Acme")


def test_a_model_may_state_several_forms() -> None:
    document = read_model(model(STORAGE + DEMAND), WHERE)
    assert [part.kind for part in document.flexibility] == ["storage", "demand"]
