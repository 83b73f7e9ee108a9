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
