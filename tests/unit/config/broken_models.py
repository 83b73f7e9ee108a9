"""Twenty files with the mistakes that makers make, and the one sentence that each of them gets."""

from tests.unit.objectmodel.snippets import (
    BATTERY,
    BOILER,
    CHARGER,
    DEMAND,
    HEAD,
    HEAT_PUMP,
    HOME_BATTERY,
    INVERTER,
    PROFILE,
    REST,
    STORAGE,
    model,
)

PARAMETER = """
[[parameters]]
id = "battery_wh"
name = { en = "Battery" }
default = 40000
min = 1000
max = 90000
sets = ["level_max"]
"""

TWENTY: dict[str, tuple[bytes, str]] = {
    "no licence": (
        model(head=HEAD.partition("\n")[2]),
        "{file}: SPDX-License-Identifier: is missing. Begin the file with a line such as: "
        "# SPDX-License-Identifier: CC0-1.0.",
    ),
    "broken TOML": (
        model(more="\nx = ["),
        "{file}: line 56, column 6: is not valid TOML (invalid value). Mend that line.",
    ),
    "wrong edition": (
        model(head=HEAD.replace("drrouter.device/1", "drrouter.devices/1")),
        "{file}: schema: 'drrouter.devices/1' is no kind of document. Did you mean 'drrouter.device/1'? "
        "Known are: drrouter.home/1, drrouter.device/1, drrouter.tariff/1, drrouter.offline/1.",
    ),
    "file in the wrong form of id": (
        model(head=HEAD.replace('"acme.wm9"', '"Acme WM9"')),
        "{file}: id: 'Acme WM9' does not have the right form. The file's path with dots, in small "
        "letters: maker.model.",
    ),
    "mistyped key": (
        model(PROFILE.replace("duration_s = 1200", "duration = 1200")),
        "{file}: flexibility#1.programs[eco40].phases[heat].duration: is not a key of this document. Did "
        "you mean 'duration_s'? Known are: id, name, label, duration_s, power_w, lines_w, energy_wh, "
        "max_delay_s.",
    ),
    "unit in the value": (
        model(PROFILE.replace("power_w = 2100", 'power_w = "2.1 kW"')),
        "{file}: flexibility#1.programs[eco40].phases[heat].power_w: should be a valid number, and is "
        "'2.1 kW'. What it draws while it lasts, in W.",
    ),
    "energy above power": (
        model(PROFILE.replace("energy_wh = 690", "energy_wh = 1690")),
        "{file}: flexibility#1.programs[eco40].phases[heat].energy_wh: 1690 is more than 2100 W give in "
        "1200 s. Write at most 700.",
    ),
    "unknown class": (
        model(head=HEAD.replace("washing_machine", "washer")),
        "{file}: identity.class: cannot be 'washer'. Write 'freezer', 'refrigerator', 'washing_machine', "
        "'tumble_dryer', 'dishwasher', 'heater', 'cooler', 'hot_water', 'hvac', 'heat_pump', "
        "'pool_pump', 'sauna', 'ev_charger', 'battery', 'pv', 'meter' or 'switch'.",
    ),
    "unknown kind": (
        model(DEMAND.replace('"demand"', '"load"')),
        "{file}: flexibility#1.kind: 'load' is no kind that exists yet. Known are: demand, envelope, "
        "modes, profile, storage.",
    ),
    "no flexibility": (
        model(flexibility=""),
        "{file}: flexibility: is missing, and without it no washing_machine can be planned. Add "
        "[[flexibility]] with a kind.",
    ),
    "thermostat outside the range": (
        model(STORAGE.replace("starts_at = -20.0", "starts_at = -17.0")),
        "{file}: flexibility#1.thermostat: -22 .. -17 lies outside level -24 .. -18. Move it inside.",
    ),
    "heats though it cools": (
        model(STORAGE.replace("heat_gain_c_per_h = 1.0", "heat_gain_c_per_h = 5.0")),
        "{file}: flexibility#1.heat_gain_c_per_h: is stronger than a running mode, so the level cannot "
        "be held. Check both rates.",
    ),
    "safety narrower than the level": (
        model(BOILER, rest=REST.replace("min_on_s = 60", "level_max = 65.0")),
        "{file}: flexibility#1.level: 45 .. 70 leaves what safety allows. Narrow it.",
    ),
    "freezer that loses its power": (
        model(
            STORAGE,
            head=HEAD.replace("washing_machine", "freezer"),
            rest=REST.replace('"restore_power"', '"cut_power"'),
        ),
        "{file}: safety.fail_safe: cut_power lets a freezer warm when the router falls silent. Write "
        "restore_power.",
    ),
    "crossed range of power": (
        model(
            CHARGER.replace(
                "power_w = 3680.0, min_power_w = 1380.0", "power_w = 1380.0, min_power_w = 3680.0"
            )
        ),
        "{file}: flexibility[one_line].modes[charge].min_power_w: 3680 is above power_w 1380. Exchange them.",
    ),
    "consent in other words": (
        model(HOME_BATTERY.replace('consent = "none"', 'consent = "always"')),
        "{file}: flexibility#1.discharge.consent: cannot be 'always'. Write 'none', 'once' or 'each'.",
    ),
    "no such normal mode": (
        model(HEAT_PUMP.replace('normal = "normal"', 'normal = "auto"')),
        "{file}: flexibility#1.normal: 'auto' is none of its modes. Write one of blocked, normal, "
        "recommended.",
    ),
    "inverter that cannot be held back": (
        model(INVERTER.replace("= 250", "= 5500")),
        "{file}: flexibility#1.least_power_w: 5500 is above rated_power_w 5000. Exchange them.",
    ),
    "parameter that breaks the file": (
        model(BATTERY, more=PARAMETER),
        "{file}: parameters[battery_wh].min: 1000 leaves figures that do not go together "
        "(flexibility#1.level.target: 32000 lies outside 0 .. 1000). Narrow the parameter, or let it set the "
        "others too.",
    ),
    "verb without its register": (
        model(more="[bindings.modbus]\npower = { type = 'int16' }"),
        "{file}: bindings.modbus.power.register: is missing. Add it: Its number, counted from 0.",
    ),
}
