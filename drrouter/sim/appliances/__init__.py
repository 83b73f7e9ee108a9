"""Physics of the appliances in the simulated house: what each draws once its plug gives power.

Every appliance is stepped from change to change (a phase ends, a thermostat clicks, a battery is full),
exactly and not in ticks. So its course depends on when it was switched and never on when it was looked at.

    CycleMachine   washer, dishwasher: runs its measured programme when loaded and powered; must not be cut
    Freezer        cools on its own thermostat while powered, warms while not
    Hvac           the same for a room, whose surroundings change with the hours
    Car            charges at a fixed power while plugged in, powered and not full
    BaseLoad       all that nobody shifts
"""

from drrouter.sim.appliances.appliance import Appliance, Meter
from drrouter.sim.appliances.base_load import BaseLoad
from drrouter.sim.appliances.build import appliance_for
from drrouter.sim.appliances.car import Car, Departure
from drrouter.sim.appliances.cycle import Cycle, CycleMachine
from drrouter.sim.appliances.thermal import Freezer, Hvac, Thermal, Thermostat

__all__ = [
    "Appliance",
    "BaseLoad",
    "Car",
    "Cycle",
    "CycleMachine",
    "Departure",
    "Freezer",
    "Hvac",
    "Meter",
    "Thermal",
    "Thermostat",
    "appliance_for",
]
