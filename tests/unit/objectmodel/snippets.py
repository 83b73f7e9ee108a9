"""An object model that is in order, in parts, so that a test can break one of them."""

HEAD = """# SPDX-License-Identifier: CC0-1.0
schema = "drrouter.device/1"
id = "acme.wm9"
version = 3

[identity]
brand = "Acme"
model = "WM9"
class = "washing_machine"
match = [{ kasa = { alias = "*wm9*" } }]
"""

PROFILE = """
[[flexibility]]
kind = "profile"
remote_start = "armed"

[[flexibility.programs]]
id = "eco40"
name = { en = "Eco 40", nl = "Eco veertig" }
pausable_between = true

[[flexibility.programs.phases]]
id = "heat"
name = "heat"
duration_s = 1200
power_w = 2100
energy_wh = 690

[[flexibility.programs.phases]]
id = "wash"
name = "wash"
duration_s = 3300
power_w = 180
max_delay_s = 300
"""

STORAGE = """
[[flexibility]]
kind = "storage"
level = { unit = "celsius", min = -24.0, max = -18.0, target = -21.0 }
thermostat = { stops_at = -22.0, starts_at = -20.0 }
heat_gain_c_per_h = 1.0
modes = [
    { id = "run", power_w = 100.0, rate_c_per_h = -4.0 },
    { id = "idle", power_w = 1.0 },
]
"""

TANK = """
[[flexibility]]
kind = "storage"
level = { unit = "celsius", min = 45.0, max = 70.0, target = 60.0 }
thermostat = { stops_at = 62.0, starts_at = 55.0 }
heat_gain_c_per_h = -0.5
modes = [{ id = "heat", power_w = 2000.0, rate_c_per_h = 10.0 }]
"""

BATTERY = """
[[flexibility]]
kind = "storage"
level = { unit = "watt_hours", min = 0.0, max = 40000.0, target = 32000.0 }
efficiency = 0.9
modes = [{ id = "charge", power_w = 2300.0 }, { id = "slow", power_w = 1400.0 }]
"""

DEMAND = """
[[flexibility]]
kind = "demand"
power_w = 500
max_power_w = 1000
max_off_s = 3600
"""

PHASED = """
[[flexibility]]
kind = "profile"
lines = 3
remote_start = "always"

[[flexibility.programs]]
id = "hot"
name = { en = "Hot" }
pausable_between = true
phases = [
    { id = "heat", duration_s = 1200, power_w = 6000, lines_w = [2000, 2000, 2000] },
    { id = "wash", label = { en = "Wash", nl = "Was" }, duration_s = 600, power_w = 200, max_delay_s = 900 },
    { id = "spin", name = "spin", duration_s = 300, power_w = 400, max_delay_s = 60 },
]
"""

HOME_BATTERY = """
[[flexibility]]
kind = "storage"
level = { unit = "watt_hours", min = 500.0, max = 10000.0, target = 10000.0 }
efficiency = 0.95
loss_per_h = 0.0001
standby_w = 10.0
modes = [{ id = "charge", power_w = 5000.0, min_power_w = 100.0 }, { id = "idle", power_w = 0.0 }]

[flexibility.discharge]
power_w = 4600.0
min_power_w = 50.0
efficiency = 0.8
wear_per_kwh = 0.05
may_export = true
consent = "none"
"""

CHARGER = """
[[flexibility]]
kind = "storage"
id = "three_lines"
lines = 3
level = { unit = "watt_hours", min = 0.0, max = 60000.0, target = 60000.0 }
efficiency = 0.9
modes = [{ id = "charge", power_w = 11040.0, min_power_w = 4140.0 }]

[[flexibility]]
kind = "storage"
id = "one_line"
level = { unit = "watt_hours", min = 0.0, max = 60000.0, target = 60000.0 }
efficiency = 0.9
modes = [{ id = "charge", power_w = 3680.0, min_power_w = 1380.0 }]
"""

BOILER = """
[[flexibility]]
kind = "storage"
level = { unit = "celsius", min = 45.0, max = 70.0, target = 60.0 }
loss_per_h = 0.02
ambient_c = 18.0
modes = [{ id = "heat", power_w = 2000.0, rate_c_per_h = 10.0 }]
"""

HEAT_PUMP = """
[[flexibility]]
kind = "modes"
normal = "normal"
min_dwell_s = 600
most_switches = 20
modes = [
    { id = "blocked", power_w = 0, cost_per_h = 0.2, longest_s = 7200, most_per_day_s = 21600 },
    { id = "normal", name = { en = "Normal", de = "Normalbetrieb" }, power_w = 1200 },
    { id = "recommended", power_w = 1800, cost_per_h = 0.1 },
]
"""

INVERTER = """
[[flexibility]]
kind = "envelope"
rated_power_w = 5000
least_power_w = 250
"""

REST = """
[bindings.plug]
power = "required"
start_detect = { above_w = 20, for_s = 40 }
end_detect = { below_w = 6, for_s = 200 }

[safety]
fail_safe = "restore_power"
min_on_s = 60
min_off_s = 120
max_pause_s = 600

[shed]
from_level = 2

[quality]
profile_measured = { status = "done", reason = "measured" }
level_measured = { status = "exempt", reason = "stores nothing" }
thresholds_tested = { status = "done", reason = "tested" }
power_cut_tested = { status = "todo", reason = "to be tested" }
bounds_sourced = { status = "exempt", reason = "none" }
"""


def model(flexibility: str = PROFILE, *, head: str = HEAD, rest: str = REST, more: str = "") -> bytes:
    """A whole file."""
    return f"{head}{flexibility}{rest}{more}".encode()
