"""The constraint families of the model, one a room; each docstring tells its inequalities in plain notation.

Powers are in kW, energies in kWh, ``h[k]`` is the length of slot k in hours. Every family returns its
variables; ``draws`` tell, per device and slot, which of them make up the device's power.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from drrouter.planner.pulp_door import Var

Draw = tuple[dict[Var, float], ...]
"""Per slot: the variables that make up a device's power, each with its kW."""


@dataclass(frozen=True, slots=True)
class Import:
    """The import of each slot: its variable, and the most that it may be, in kW."""

    variables: tuple[Var, ...]
    most_kw: tuple[float, ...]

    def terms(self, parts: Iterable[tuple[int, float]], sign: float = 1.0) -> dict[Var, float]:
        """A sum of shares of imports, for a row."""
        return {self.variables[index]: sign * share for index, share in parts}
