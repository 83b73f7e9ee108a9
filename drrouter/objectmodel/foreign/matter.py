"""A program as the forecast of Matter's Device Energy Management cluster (0x0098), and back.

    ours                       Matter
    several programs           lost: a forecast is one program
    duration_s                 ends of phases to the nearest second; a phase that vanishes so joins the next
    power_w                    maxPower, to 1 mW
    energy_wh                  nominalEnergy, to 1 mWh, and nominalPower, the mean
    max_delay_s                maxPauseDuration of the slot before, down to 1 s, where it may pause at all;
                               that of the first phase is lost
    pausable_between           becomes "some phase may be delayed" (isPausable)
    ids, names, labels         lost
    lines, lines_w, provenance lost
    minutes_w                  phases of equal power
    more than 10 phases        joined, ten slots being all there are
    remote_start               not here: ESAState and OptOutState
    resumes_after_power_cut    lost

    Matter                     ours
    min and max duration       lost: the default counts
    minPower, costs, states    lost
    power adjustment           lost: a program runs as it runs
    minPauseDuration           lost
    a pausable last slot       lost: a program pauses between two phases
    elapsed and remaining      lost: a forecast under way reads as the whole program

Times are seconds since 2000 in Matter, power is in mW, energy in mWh; names are those of the specification in
lower camel case, as ``chip.clusters`` writes them.

Interpretation: a slot may be paused while it lasts, a machine of ours only between two phases; the pause
before a phase is written into the slot before, at whose end a pause that is asked for takes hold.

Source: Matter Application Cluster Specification 1.4, 9.2.7.13 ForecastStruct, 9.2.7.14 SlotStruct.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from drrouter.errors import MessageError
from drrouter.objectmodel.flexibility import Program
from drrouter.objectmodel.foreign.phases import Stretch, on_grid, phases_of, program_from
from drrouter.objectmodel.foreign.words import Wire, checked

SENDER = "Matter forecast"
"""Who speaks, for sentences."""

MOST_SLOTS = 10
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""Where Matter's seconds begin."""

Unsigned = Annotated[int, Field(ge=0, lt=2**32)]
Signed = Annotated[int, Field(ge=-(2**62), lt=2**62)]


class Slot(Wire):
    """SlotStruct: a stretch of nearly constant power."""

    minDuration: Unsigned
    maxDuration: Unsigned
    defaultDuration: Unsigned
    elapsedSlotTime: Unsigned = 0
    remainingSlotTime: Unsigned = 0
    slotIsPausable: bool | None = None
    minPauseDuration: Unsigned | None = None
    maxPauseDuration: Unsigned | None = None
    nominalPower: Signed | None = None
    minPower: Signed | None = None
    maxPower: Signed | None = None
    nominalEnergy: Signed | None = None


class Forecast(Wire):
    """ForecastStruct."""

    forecastID: Unsigned
    activeSlotNumber: Unsigned | None = None
    startTime: Unsigned
    endTime: Unsigned
    earliestStartTime: Unsigned | None = None
    latestEndTime: Unsigned | None = None
    isPausable: bool
    slots: Annotated[tuple[Slot, ...], Field(min_length=1, max_length=MOST_SLOTS)]
    forecastUpdateReason: int = 0


def forecast(
    program: Program, start: datetime, *, earliest: datetime, latest: datetime, number: int = 0
) -> dict[str, Any]:
    """The program as a forecast; what has no value in Matter yet (activeSlotNumber) is left out.

    Args:
        program: from the object model.
        start: when it is meant to start.
        earliest: when it may start.
        latest: when it must be done.
        number: of the forecast; each new one is higher.
    """
    slots = _slots(program)
    begin = _seconds(start)
    return Forecast(
        forecastID=number,
        startTime=begin,
        endTime=begin + sum(slot.defaultDuration for slot in slots),
        earliestStartTime=_seconds(earliest),
        latestEndTime=_seconds(latest),
        isPausable=any(slot.slotIsPausable for slot in slots),
        slots=slots,
    ).as_message()


def program_of(message: Mapping[str, Any], key: str = "forecast") -> Program:
    """What a forecast says the device will do.

    Args:
        message: ForecastStruct with the names of the specification.
        key: the program's.

    Raises:
        MessageError: it is no forecast, states no power, or is none of ours.
    """
    read = checked(Forecast, message, SENDER)
    pauses_s = [float(slot.maxPauseDuration or 0) if slot.slotIsPausable else 0.0 for slot in read.slots]
    stretches = [
        _stretch(slot, pause_s)
        for slot, pause_s in zip(read.slots, [0.0, *pauses_s[:-1]], strict=True)
        if slot.defaultDuration
    ]
    may_pause = any(stretch.max_delay_s for stretch in stretches[1:])
    return program_from(SENDER, key, "Forecast", stretches, may_pause=may_pause)


def window_of(message: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """From when it may start, and when it must be done; None where the forecast does not say.

    Raises:
        MessageError: it is no forecast.
    """
    read = checked(Forecast, message, SENDER)
    earliest, latest = read.earliestStartTime, read.latestEndTime
    return (
        None if earliest is None else EPOCH + timedelta(seconds=earliest),
        None if latest is None else EPOCH + timedelta(seconds=latest),
    )


def _seconds(instant: datetime) -> int:
    """Whole seconds since 2000.

    Raises:
        MessageError: it lies before, or more than a century after.
    """
    seconds = round((instant - EPOCH).total_seconds())
    if not 0 <= seconds < 2**32:
        raise MessageError(SENDER, "startTime", f"{instant:%Y-%m-%d} cannot be said in Matter")
    return seconds


def _slots(program: Program) -> tuple[Slot, ...]:
    """A slot a phase; its pause is that of the phase after it."""
    phases = on_grid(phases_of(program, MOST_SLOTS), 1.0)
    pauses_s = [phase.max_delay_s for phase in phases[1:]] + [0.0]
    return tuple(_slot(phase, int(pause_s)) for phase, pause_s in zip(phases, pauses_s, strict=True))


def _slot(phase: Stretch, pause_s: int) -> Slot:
    """One phase whose end may be followed by a pause of so many seconds."""
    duration_s, energy_wh = round(phase.duration_s), phase.energy_wh or 0.0
    return Slot(
        minDuration=duration_s,
        maxDuration=duration_s,
        defaultDuration=duration_s,
        remainingSlotTime=duration_s,
        slotIsPausable=pause_s > 0,
        minPauseDuration=0,
        maxPauseDuration=pause_s,
        nominalPower=round(energy_wh * 3_600_000 / duration_s),
        minPower=0 if energy_wh < phase.energy_at_power_wh else round(phase.power_w * 1000),
        maxPower=round(phase.power_w * 1000),
        nominalEnergy=round(energy_wh * 1000),
    )


def _stretch(slot: Slot, max_delay_s: float) -> Stretch:
    """A slot; its power is the highest it states.

    Raises:
        MessageError: it states none.
    """
    hours = slot.defaultDuration / 3600
    nominal_w = None if slot.nominalPower is None else slot.nominalPower / 1000
    energy_wh = None if slot.nominalEnergy is None else slot.nominalEnergy / 1000
    if energy_wh is None and nominal_w is not None:
        energy_wh = nominal_w * hours
    if nominal_w is None and energy_wh is not None:
        nominal_w = energy_wh / hours
    power_w = nominal_w if slot.maxPower is None else slot.maxPower / 1000
    if power_w is None:
        raise MessageError(SENDER, "slots", "a slot states no power, and its state means nothing to us")
    return Stretch(float(slot.defaultDuration), power_w, energy_wh, max_delay_s)
