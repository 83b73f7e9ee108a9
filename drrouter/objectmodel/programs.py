"""The form ``profile``: whole cycles, one of several programs (washer, dryer, dishwasher; S2: PPBC).

A program states its phases, or its power minute by minute as it was measured.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from drrouter.objectmodel.form import Form
from drrouter.objectmodel.parts import DAY_S, Key, Labels, Part, Power, Provenance, Seconds, Words, twice

_ROUNDING_W = 1.0


class ProgramPhase(Part):
    """A part of a program at one mean power."""

    id: Key | None = None
    """Identifies the phase towards other protocols."""
    name: Words = "phase"
    """What the machine does, such as heat."""
    label: Labels | None = None
    """What people call it, by language."""
    duration_s: Annotated[float, Field(gt=0, le=DAY_S)]
    """How long it takes, in seconds."""
    power_w: Power
    """What it draws while it lasts, in W."""
    lines_w: Annotated[tuple[Power, ...], Field(min_length=3, max_length=3)] | None = None
    """How much of power_w L1, L2 and L3 carry, where the machine has three lines."""
    energy_wh: Annotated[float, Field(ge=0)] | None = None
    """What it consumes in all, in Wh, where that is less than power times duration."""
    max_delay_s: Seconds = 0
    """How long the machine itself may wait before this phase, in seconds."""

    @model_validator(mode="after")
    def _energy_fits(self) -> Self:
        most = self.power_w * self.duration_s / 3600
        if self.energy_wh is not None and self.energy_wh > most * 1.01 + 0.1:
            raise ValueError(
                f"energy_wh: {self.energy_wh:g} is more than {self.power_w:g} W give "
                f"in {self.duration_s:g} s; write at most {most:.0f}"
            )
        return self

    @model_validator(mode="after")
    def _lines_add_up(self) -> Self:
        if self.lines_w is not None and abs(sum(self.lines_w) - self.power_w) > _ROUNDING_W:
            raise ValueError(
                f"lines_w: make {sum(self.lines_w):g} W together, and power_w is {self.power_w:g}; "
                "write the same sum"
            )
        return self


class Program(Part):
    """A whole cycle: either its phases, or its power minute by minute as it was measured."""

    id: Key
    """Identifies the program inside this file."""
    name: Labels
    """What people call it, by language."""
    pausable_between: bool = False
    """Whether the machine may pause between two phases, before each as long as its max_delay_s."""
    phases: Annotated[tuple[ProgramPhase, ...], Field(max_length=200)] = ()
    """The phases in order."""
    minutes_w: Annotated[tuple[Power, ...], Field(max_length=1440)] = ()
    """Mean power of each minute, in W, as measured."""
    provenance: Provenance | None = None
    """Where its values come from, where that differs from the rest of the file."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if bool(self.phases) == bool(self.minutes_w):
            raise ValueError("phases: needs either phases or minutes_w; write one of the two")
        if sum(phase.duration_s for phase in self.phases) > DAY_S:
            raise ValueError("phases: take longer than a day; shorten some")
        return self


class Profile(Form):
    """Whole cycles, never cut once they run."""

    kind: Literal["profile"]
    """Which kind of flexibility this is."""
    remote_start: Literal["always", "armed", "none"] = "armed"
    """Whether a command may start it; armed means that a person loads it and presses start first."""
    resumes_after_power_cut: bool = False
    """Whether the program goes on after a power cut (pull-plug test)."""
    programs: Annotated[tuple[Program, ...], Field(min_length=1, max_length=50)]
    """The programs to choose from; the first is taken where nobody chooses."""

    @model_validator(mode="after")
    def _programs_differ(self) -> Self:
        if key := twice([program.id for program in self.programs]):
            raise ValueError(f"programs: has two {key!r}; give each an id of its own")
        return self

    @model_validator(mode="after")
    def _lines_fit(self) -> Self:
        phases = [phase for program in self.programs for phase in program.phases]
        if self.lines == 1 and any(phase.lines_w is not None for phase in phases):
            raise ValueError("lines: is 1, yet phases have lines_w; write lines = 3, or leave lines_w out")
        return self
