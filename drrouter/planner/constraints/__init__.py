"""The constraint families of the model, one a room; each docstring tells its inequalities in plain notation.

Powers are in kW, energies in kWh, ``h[k]`` is the length of slot k in hours. Every family returns its
variables; ``draws`` tell, per device and slot, which of them make up the device's power.
"""

from drrouter.planner.pulp_door import Var

Draw = tuple[dict[Var, float], ...]
"""Per slot: the variables that make up a device's power, each with its kW."""
