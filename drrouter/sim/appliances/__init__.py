"""Physics of the appliances in the simulated house: what each draws once its plug gives power.

Every appliance is stepped from change to change (a phase ends, a thermostat clicks, a battery is full),
exactly and not in ticks. So its course depends on when it was switched and never on when it was looked at.

    CycleMachine   washer, dishwasher: runs its measured programme when loaded and powered; must not be cut
    Freezer        cools on its own thermostat while powered, warms while not
    Hvac           the same for a room, whose surroundings change with the hours
    Tank           hot water, which cools to its surroundings and is heated on a thermostat
    Car            charges as fast as its charger offers while plugged in, powered and not full
    Battery        takes and gives as it is told, as long as it is neither full nor empty
    Inverter       gives what the sun offers, or less where it is held back
    ModeMachine    a heat pump that is told in which of its modes to run
    Still          draws nothing: a meter
    BaseLoad       all that nobody shifts
"""

from drrouter.sim.appliances.appliance import Appliance, Meter
from drrouter.sim.appliances.base_load import BaseLoad
from drrouter.sim.appliances.battery import Battery
from drrouter.sim.appliances.build import appliance_for
from drrouter.sim.appliances.car import Car, Departure
from drrouter.sim.appliances.cycle import Cycle, CycleMachine
from drrouter.sim.appliances.inverter import Inverter
from drrouter.sim.appliances.mode_machine import ModeMachine
from drrouter.sim.appliances.still import Still
from drrouter.sim.appliances.thermal import Freezer, Hvac, Tank, Thermal, Thermostat

__all__ = [
    "Appliance",
    "BaseLoad",
    "Battery",
    "Car",
    "Cycle",
    "CycleMachine",
    "Departure",
    "Freezer",
    "Hvac",
    "Inverter",
    "Meter",
    "ModeMachine",
    "Still",
    "Tank",
    "Thermal",
    "Thermostat",
    "appliance_for",
]
