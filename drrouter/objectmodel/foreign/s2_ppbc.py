"""Profiles as S2's power profile based control (PPBC), and back.

S2 keeps a pause only between sequences, and alternatives only inside a container; so there are two forms:

    offered(model_id, profile, ...)     one container, one sequence a program: the choice is open
    chosen(model_id, program, ...)      one container a phase: the program is chosen, its pauses are kept

    ours                       offered                            chosen
    several programs           alternatives, in order             lost: one only
    duration_s                 to 1 ms, at least 1 ms             likewise
    power_w                    kept: upper limit 100 %            likewise
    energy_wh                  kept as the expected mean power    likewise
    lines, lines_w             kept; power_w becomes their sum    likewise
    max_delay_s                lost                               to 1 ms, where it may pause at all; that of
                                                                  the first phase is lost
    pausable_between           is_interruptible                   becomes "some phase may be delayed"
    ids, names, labels         lost; ids of S2 are made of ours   lost
    provenance                 lost                               lost
    minutes_w                  phases of equal power              likewise
    more than 200 phases       joined                             likewise
    remote_start               lost: what S2 offers may be scheduled
    resumes_after_power_cut    lost

    S2                         ours
    abnormal_condition_only    such a sequence is passed over
    forecast bands (68, 95 %)  lost
    one line of L1, L2, L3     lost; a home says which line feeds a device
    other commodities          lost
    start_time, end_time       not part of a model: ``window_of``

Interpretation: S2 may interrupt a sequence at any instant, our machines only between two phases; a program
that may pause is offered as interruptible, and an interruption takes hold at the end of the phase.

Source: S2 JSON schema 0.0.2-beta, PPBC.PowerProfileDefinition and its parts.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from drrouter.domain.flexibility import Line
from drrouter.errors import MessageError
from drrouter.objectmodel.flexibility import Profile, Program, ProgramPhase
from drrouter.objectmodel.foreign.phases import Stretch, mean_w, phases_of, program_from
from drrouter.objectmodel.foreign.words import (
    ELECTRIC,
    LINES,
    LONGEST_MS,
    THREE_LINES,
    Wire,
    checked,
    distinct,
    id_of,
    key_from,
)

MOST_PROGRAMS = 50
"""What a profile of ours may hold."""

MOST_ELEMENTS = 15_000
"""Of all ways together: 50 programs of 288 elements fit; more would keep everything else waiting."""

SENDER = "S2 PPBC.PowerProfileDefinition"
"""Who speaks, for sentences."""

Window = tuple[datetime, datetime]
Milliseconds = Annotated[int, Field(ge=0, le=LONGEST_MS)]


class PowerValue(Wire):
    """Power on one line, in W."""

    value_expected: float
    value_upper_limit: float | None = None
    commodity_quantity: str

    @property
    def limit_w(self) -> float:
        """The most that it carries."""
        return max(self.value_expected, self.value_upper_limit or 0.0)


class Element(Wire):
    """A stretch of constant power."""

    duration: Milliseconds
    power_values: Annotated[tuple[PowerValue, ...], Field(min_length=1, max_length=10)]


class PowerSequence(Wire):
    """Elements that follow one another without a break."""

    id: str
    elements: Annotated[tuple[Element, ...], Field(min_length=1, max_length=288)]
    is_interruptible: bool
    max_pause_before: Milliseconds | None = None
    abnormal_condition_only: bool


class Container(Wire):
    """Sequences of which one is taken."""

    id: str
    power_sequences: Annotated[tuple[PowerSequence, ...], Field(min_length=1, max_length=288)]


class Definition(Wire):
    """PPBC.PowerProfileDefinition."""

    message_type: Literal["PPBC.PowerProfileDefinition"] = "PPBC.PowerProfileDefinition"
    message_id: str
    id: str
    start_time: AwareDatetime
    end_time: AwareDatetime
    power_sequences_containers: Annotated[tuple[Container, ...], Field(min_length=1, max_length=1000)]


def offered(model_id: str, profile: Profile, window: Window, line: Line = Line.L1) -> dict[str, Any]:
    """All programs, of which one may be scheduled.

    Args:
        model_id: whose profile it is; all identifiers follow from it.
        profile: from the object model.
        window: from when it may start, and when it must be done.
        line: what feeds a device of one line.
    """
    feed = line if profile.lines == 1 else None
    sequences = [
        PowerSequence(
            id=id_of(model_id, program.id),
            elements=tuple(_element(phase, feed) for phase in phases_of(program)),
            is_interruptible=program.pausable_between,
            abnormal_condition_only=False,
        )
        for program in profile.programs
    ]
    container = Container(id=id_of(model_id, "container"), power_sequences=tuple(sequences))
    return _definition(id_of(model_id, "profile"), window, [container])


def chosen(model_id: str, program: Program, window: Window, line: Line | None = Line.L1) -> dict[str, Any]:
    """One program, phase by phase, with the pauses that each of them allows.

    Args:
        model_id: whose program it is.
        program: from the object model.
        window: from when it may start, and when it must be done.
        line: what feeds the device; None where it has three lines.
    """
    containers = [
        Container(
            id=id_of(model_id, program.id, str(number), "container"),
            power_sequences=(
                PowerSequence(
                    id=id_of(model_id, program.id, str(number)),
                    elements=(_element(phase, line),),
                    is_interruptible=False,
                    max_pause_before=round(phase.max_delay_s * 1000) if number else None,
                    abnormal_condition_only=False,
                ),
            ),
        )
        for number, phase in enumerate(phases_of(program))
    ]
    return _definition(id_of(model_id, program.id, "profile"), window, containers)


def profile_from(message: Mapping[str, Any]) -> Profile:
    """What the definition offers; every way through its containers is a program.

    Raises:
        MessageError: it is no such message, offers too many ways, or gives power back.
    """
    definition = checked(Definition, message, SENDER)
    choices = [
        [sequence for sequence in container.power_sequences if not sequence.abnormal_condition_only]
        for container in definition.power_sequences_containers
    ]
    ways = math.prod(len(choice) for choice in choices)
    if not 0 < ways <= MOST_PROGRAMS:
        raise MessageError(
            SENDER,
            "power_sequences_containers",
            f"there are {ways} ways through it, not 1 to {MOST_PROGRAMS}",
        )
    paths = list(itertools.product(*choices))
    elements = sum(len(sequence.elements) for path in paths for sequence in path)
    if elements > MOST_ELEMENTS:
        raise MessageError(
            SENDER,
            "power_sequences_containers",
            f"all ways through it have {elements} elements, and {MOST_ELEMENTS} are read",
        )
    keys = distinct(_key(path, number) for number, path in enumerate(paths, 1))
    programs = [
        _program_from(key, f"Program {number}", path)
        for number, (key, path) in enumerate(zip(keys, paths, strict=True), 1)
    ]
    return Profile(kind="profile", lines=_lines(definition), remote_start="always", programs=tuple(programs))


def window_of(message: Mapping[str, Any]) -> Window:
    """From when it may start, and when it must be done.

    Raises:
        MessageError: it is no such message.
    """
    definition = checked(Definition, message, SENDER)
    return definition.start_time, definition.end_time


def _definition(profile_id: str, window: Window, containers: Sequence[Container]) -> dict[str, Any]:
    """The whole message; two that say the same have the same identifier."""
    start, end = window
    return Definition(
        message_id=id_of(profile_id, start.isoformat(), end.isoformat()),
        id=profile_id,
        start_time=start,
        end_time=end,
        power_sequences_containers=tuple(containers),
    ).as_message()


def _element(phase: ProgramPhase, line: Line | None) -> Element:
    """A phase: its mean power is expected, its power the limit where that is higher."""
    duration = max(1, round(phase.duration_s * 1000))
    if phase.lines_w is None:
        quantity = THREE_LINES if line is None else LINES[line]
        return Element(duration=duration, power_values=(_value(mean_w(phase), phase.power_w, quantity),))
    share = mean_w(phase) / phase.power_w if phase.power_w else 0.0
    values = tuple(
        _value(line_w * share, line_w, quantity)
        for line_w, quantity in zip(phase.lines_w, LINES.values(), strict=True)
    )
    return Element(duration=duration, power_values=values)


def _value(expected: float, power_w: float, quantity: str) -> PowerValue:
    """What one line carries."""
    limit = power_w if power_w > expected else None
    return PowerValue(value_expected=expected, value_upper_limit=limit, commodity_quantity=quantity)


def _key(path: Sequence[PowerSequence], number: int) -> str:
    """The program's key: the identifier of its only sequence, else its number."""
    return key_from(path[0].id, f"program_{number}") if len(path) == 1 else f"program_{number}"


def _program_from(key: str, name: str, path: Sequence[PowerSequence]) -> Program:
    """One way through the containers."""
    stretches: list[Stretch] = []
    for number, sequence in enumerate(path):
        pause_s = (sequence.max_pause_before or 0) / 1000 if number else 0.0
        for place, element in enumerate(sequence.elements):
            stretches += _stretch(element, 0.0 if place else pause_s)
    may_pause = any(sequence.is_interruptible for sequence in path) or any(
        stretch.max_delay_s for stretch in stretches
    )
    return program_from(SENDER, key, name, stretches, may_pause=may_pause)


def _stretch(element: Element, max_delay_s: float) -> list[Stretch]:
    """The element; none where it lasts no time."""
    limits = {value.commodity_quantity: value.limit_w for value in element.power_values}
    power_w = sum(limits.get(quantity, 0.0) for quantity in ELECTRIC)
    expected = sum(
        value.value_expected for value in element.power_values if value.commodity_quantity in ELECTRIC
    )
    duration_s = element.duration / 1000
    if not duration_s:
        return []
    lines_w = tuple(limits.get(quantity, 0.0) for quantity in LINES.values())
    is_uneven = sum(quantity in limits for quantity in LINES.values()) > 1 and THREE_LINES not in limits
    energy_wh = expected * duration_s / 3600
    return [Stretch(duration_s, power_w, energy_wh, max_delay_s, lines_w if is_uneven else None)]


def _lines(definition: Definition) -> Literal[1, 3]:
    """Over how many lines the machine's power spreads."""
    elements = (
        element
        for container in definition.power_sequences_containers
        for sequence in container.power_sequences
        for element in sequence.elements
    )
    named = [{value.commodity_quantity for value in element.power_values} for element in elements]
    is_three = any(THREE_LINES in names or len(names & set(LINES.values())) > 1 for names in named)
    return 3 if is_three else 1
