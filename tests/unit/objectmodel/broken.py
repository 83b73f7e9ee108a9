"""Object models with one fault each, and what is said about it: the file, the key, the words."""

from tests.unit.objectmodel.snippets import (
    BATTERY,
    BOILER,
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

PARAMETER = """
[[parameters]]
id = "p"
name = { en = "P" }
default = 1
min = 0
max = 5
sets = ["power_w"]
"""

BROKEN: dict[str, tuple[bytes, str, str]] = {
    "no licence": (
        model(head=HEAD.partition("\n")[2]),
        "SPDX-License-Identifier",
        "is missing. Begin the file with a line such as: # SPDX-License-Identifier: CC0-1.0.",
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
        model(DEMAND.replace('"demand"', '"demands"')),
        "flexibility#1.kind",
        "'demands' is no kind that exists yet. Did you mean 'demand'? Known are: demand, envelope, modes,",
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
        "flexibility#1.programs[eco40].phases[heat].energy_wh",
        "901 is more than 2100 W give in 1200 s. Write at most 700.",
    ),
    "phases and minutes": (
        model(PROFILE.replace("pausable_between = true", "minutes_w = [1, 2]")),
        "flexibility#1.programs[eco40].phases",
        "needs either phases or minutes_w. Write one of the two.",
    ),
    "program twice": (
        model(PROFILE + PROFILE.partition('"armed"')[2]),
        "flexibility#1.programs",
        "has two 'eco40'. Give each an id of its own.",
    ),
    "program of two days": (
        model(PROFILE.replace("= 3300", "= 86400")),
        "flexibility#1.programs[eco40].phases",
        "take longer than a day. Shorten some.",
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
        "provenance",
        "is missing, yet minutes_w is measured. State origin, licence and changes.",
    ),
    "two licences": (
        model(more='[provenance]\norigin = "me"\nlicence = "ODbL-1.0"\nchanges = "none"'),
        "provenance.licence",
        "is ODbL-1.0, but the file's first lines say CC0-1.0. Write the same licence in both places.",
    ),
    "crossed level": (
        model(STORAGE.replace("min = -24.0", "min = -10.0")),
        "flexibility#1.level.min",
        "-10 is not below max -18. Exchange them.",
    ),
    "target outside": (
        model(STORAGE.replace("target = -21.0", "target = -5.0")),
        "flexibility#1.level.target",
        "-5 lies outside -24 .. -18. Move it inside.",
    ),
    "thermostat outside": (
        model(STORAGE.replace("starts_at = -20.0", "starts_at = -10.0")),
        "flexibility#1.thermostat",
        "-22 .. -10 lies outside level -24 .. -18. Move it inside.",
    ),
    "thermostat the wrong way": (
        model(STORAGE.replace("stops_at = -22.0, starts_at = -20.0", "stops_at = -20.0, starts_at = -22.0")),
        "flexibility#1.thermostat",
        "stops on the wrong side of where it starts. Exchange stops_at and starts_at.",
    ),
    "heating thermostat the wrong way": (
        model(TANK.replace("stops_at = 62.0, starts_at = 55.0", "stops_at = 55.0, starts_at = 62.0")),
        "flexibility#1.thermostat",
        "stops on the wrong side of where it starts. Exchange stops_at and starts_at.",
    ),
    "too weak": (
        model(STORAGE.replace("= -4.0", "= -0.5")),
        "flexibility#1.heat_gain_c_per_h",
        "is stronger than a running mode, so the level cannot be held. Check both rates.",
    ),
    "nothing runs": (
        model(STORAGE.replace(", rate_c_per_h = -4.0", "")),
        "flexibility#1.modes",
        "change nothing by power. State power_w and rate_c_per_h of one that runs.",
    ),
    "power from nothing": (
        model(STORAGE.replace("power_w = 100.0", "power_w = 0.0")),
        "flexibility#1.modes",
        "change nothing by power. State power_w and rate_c_per_h of one that runs.",
    ),
    "modes that differ": (
        model(
            STORAGE.replace(
                '{ id = "idle"', '{ id = "fast", power_w = 150.0, rate_c_per_h = -9.0 }, { id = "idle"'
            )
        ),
        "flexibility#1.modes",
        "differ in degrees per Wh, which no plan can follow. State the mode that is used.",
    ),
    "efficient freezer": (
        model(STORAGE.replace("heat_gain", "efficiency = 0.9\nheat_gain")),
        "flexibility#1.efficiency",
        "is for batteries. Leave it out.",
    ),
    "warm battery": (
        model(BATTERY.replace("efficiency = 0.9", "heat_gain_c_per_h = 1.0")),
        "flexibility#1.level",
        "is in watt_hours, yet temperatures are given. Leave out rate_c_per_h, heat_gain_c_per_h, "
        "ambient_c and thermostat.",
    ),
    "unsafe level": (
        model(STORAGE, rest=REST.replace("min_on_s = 60", "level_max = -19.0")),
        "flexibility#1.level",
        "-24 .. -18 leaves what safety allows. Narrow it.",
    ),
    "mean above peak": (
        model(DEMAND.replace("= 500", "= 1500")),
        "flexibility#1.power_w",
        "1500 is above max_power_w 1000. The mean cannot exceed the peak.",
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
        "'../etc/passwd' does not have the right form. The file's path with dots, in small "
        "letters: maker.model.",
    ),
    "parameter outside itself": (
        model(
            DEMAND,
            more='[[parameters]]\nid = "p"\nname = { en = "P" }\ndefault = 9\nmin = 0\nmax = 5\n'
            'sets = ["power_w"]',
        ),
        "parameters[p].default",
        "9 lies outside 0 .. 5. Move it inside.",
    ),
    "no flexibility": (
        model(flexibility=""),
        "flexibility",
        "is missing, and without it no washing_machine can be planned. Add [[flexibility]] with a kind.",
    ),
    "flexible meter": (
        model(head=HEAD.replace("washing_machine", "meter")),
        "flexibility",
        "is stated, yet a meter can do nothing differently. Leave it out, or name the class of "
        "what stands behind it.",
    ),
    "unknown class": (
        model(head=HEAD.replace("washing_machine", "washer")),
        "identity.class",
        "cannot be 'washer'. Write 'freezer', 'refrigerator', 'washing_machine',",
    ),
    "two forms of one kind": (
        model(STORAGE + TANK),
        "flexibility",
        "has two forms 'storage'. Give each an id of its own.",
    ),
    "two parameters": (
        model(DEMAND, more=PARAMETER + PARAMETER),
        "parameters",
        "has two 'p'. Give each an id of its own.",
    ),
    "two lines": (
        model(PHASED.replace("lines = 3", "lines = 2")),
        "flexibility#1.lines",
        "cannot be 2. Write 1 or 3.",
    ),
    "lines that do not add up": (
        model(PHASED.replace("[2000, 2000, 2000]", "[2000, 2000, 0]")),
        "flexibility#1.programs[hot].phases[heat].lines_w",
        "make 4000 W together, and power_w is 6000. Write the same sum.",
    ),
    "three lines on one": (
        model(PHASED.replace("lines = 3", "")),
        "flexibility#1.lines",
        "is 1, yet phases have lines_w. Write lines = 3, or leave lines_w out.",
    ),
    "crossed powers": (
        model(HOME_BATTERY.replace("min_power_w = 100.0", "min_power_w = 6000.0")),
        "flexibility#1.modes[charge].min_power_w",
        "6000 is above power_w 5000. Exchange them.",
    ),
    "crossed powers of what comes back": (
        model(HOME_BATTERY.replace("min_power_w = 50.0", "min_power_w = 9000.0")),
        "flexibility#1.discharge.min_power_w",
        "9000 is above power_w 4600. Exchange them.",
    ),
    "a mode twice": (
        model(HOME_BATTERY.replace('id = "idle"', 'id = "charge"')),
        "flexibility#1.modes",
        "has two 'charge'. Give each an id of its own.",
    ),
    "emptier than empty": (
        model(HOME_BATTERY.replace("min = 500.0", "min = -500.0")),
        "flexibility#1.level.min",
        "-500 Wh is below an empty battery. Write 0 or more.",
    ),
    "discharging tank": (
        model(BOILER + "discharge = { power_w = 100.0 }\n"),
        "flexibility#1.discharge",
        "is for batteries. Leave it out, or give the level in watt_hours.",
    ),
    "standby of a tank": (
        model(BOILER + "standby_w = 2.0\n"),
        "flexibility#1.standby_w",
        "is for batteries. State a mode of that power_w instead.",
    ),
    "loss into nowhere": (
        model(BOILER.replace("ambient_c = 18.0", "")),
        "flexibility#1.loss_per_h",
        "is needed together with ambient_c. Write both or none.",
    ),
    "loses more than it gets": (
        model(BOILER.replace("loss_per_h = 0.02", "loss_per_h = 0.5")),
        "flexibility#1.loss_per_h",
        "is stronger than a running mode, so the level cannot be held. Check both rates.",
    ),
    "odd consent": (
        model(HOME_BATTERY.replace('"none"', '"never"')),
        "flexibility#1.discharge.consent",
        "cannot be 'never'. Write 'none', 'once' or 'each'.",
    ),
    "no such normal mode": (
        model(HEAT_PUMP.replace('normal = "normal"', 'normal = "usual"')),
        "flexibility#1.normal",
        "'usual' is none of its modes. Write one of blocked, normal, recommended.",
    ),
    "normal mode that ends": (
        model(HEAT_PUMP.replace('normal = "normal"', 'normal = "blocked"')),
        "flexibility#1.normal",
        "'blocked' is limited in time, so nothing could follow it. Leave out its longest_s and "
        "most_per_day_s.",
    ),
    "two equal modes": (
        model(HEAT_PUMP.replace('id = "recommended"', 'id = "blocked"')),
        "flexibility#1.modes",
        "has two 'blocked'. Give each an id of its own.",
    ),
    "crossed inverter": (
        model(INVERTER.replace("= 250", "= 6000")),
        "flexibility#1.least_power_w",
        "6000 is above rated_power_w 5000. Exchange them.",
    ),
    "unknown transport": (
        model(more="[bindings.zigbe]\npower = { cluster = 1 }"),
        "bindings.zigbe",
        "is not a key of this document. Did you mean 'zigbee'?",
    ),
    "unknown capability": (
        model(more="[bindings.modbus]\npwoer = { register = 1 }"),
        "bindings.modbus.pwoer",
        "cannot be 'pwoer'. Write 'switch', 'power',",
    ),
    "incomplete verb": (
        model(more="[bindings.modbus]\npower = { scale = 0.1 }"),
        "bindings.modbus.power.register",
        "is missing. Add it: Its number, counted from 0.",
    ),
    "two licences in a program": (
        model(
            PROFILE.replace(
                "pausable_between = true",
                'provenance = { origin = "me", licence = "ODbL-1.0", changes = "none" }',
            )
        ),
        "provenance.licence",
        "is ODbL-1.0, but the file's first lines say CC0-1.0.",
    ),
    "broken TOML": (model(more="\nx = ["), "line 56, column 6", "is not valid TOML"),
}
