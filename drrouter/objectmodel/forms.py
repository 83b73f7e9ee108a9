"""What each form of flexibility means to the planner: the document's words in, the domain's values out.

document                                       domain
profile: phases, or minutes_w                  Programme of Phases (one a minute, equal neighbours joined)
storage: modes, heat_gain, loss, discharge     level_per_wh, drift_per_h, loss_per_h, Discharge
demand, modes, envelope                        DemandFlexibility, ModesFlexibility, EnvelopeFlexibility
"""

import itertools
import math
from datetime import timedelta

from drrouter.domain.flexibility import (
    Consent,
    DemandFlexibility,
    Discharge,
    EnvelopeFlexibility,
    Line,
    Mode,
    ModesFlexibility,
    Phase,
    PlannedFlexibility,
    ProfileFlexibility,
    Programme,
    RemoteStart,
    StorageFlexibility,
)
from drrouter.domain.ids import ProgrammeId
from drrouter.objectmodel.document import ModelDocument
from drrouter.objectmodel.flexibility import Demand, Envelope, Modes, SteeredMode
from drrouter.objectmodel.form import Form
from drrouter.objectmodel.parts import Labels
from drrouter.objectmodel.programs import Profile, Program, ProgramPhase
from drrouter.objectmodel.storage import Storage

UNITS = {"celsius": "°C", "watt_hours": "Wh"}
"""How a level's unit is written in the domain."""

_TWELFTHS = 12


def planned(form: Form, document: ModelDocument, language: str = "en") -> PlannedFlexibility:
    """What this form of the document means to the planner.

    Raises:
        TypeError: no kind of flexibility is meant.
    """
    match form:
        case Profile():
            return _profile(form, document, language)
        case Storage():
            return _storage(form, document)
        case Demand():
            return _demand(form, document)
        case Modes():
            return _modes(form, language)
        case Envelope():
            return EnvelopeFlexibility(form.rated_power_w, form.least_power_w)
        case _:
            raise TypeError(f"{type(form).__name__} is no kind of flexibility")


def lines_of(form: Form) -> tuple[Line, ...]:
    """The lines over which it spreads, one named twice carrying twice as much; empty where one feeds it.

    A machine whose phases state what each line carries is taken by the energy of all of them, in twelfths;
    anything else spreads evenly.
    """
    if form.lines == 1:
        return ()
    carried = _carried(form) if isinstance(form, Profile) else [1.0] * len(Line)
    counts = [round(_TWELFTHS * share / sum(carried)) for share in carried]
    unit = math.gcd(*counts)
    return tuple(line for line, count in zip(Line, counts, strict=True) for _ in range(count // unit))


def _carried(profile: Profile) -> list[float]:
    """What L1, L2 and L3 carry over all phases, in Ws; the same where nothing is said."""
    phases = [phase for program in profile.programs for phase in program.phases if phase.lines_w]
    carried = [sum(p.duration_s * p.lines_w[n] for p in phases if p.lines_w) for n in range(len(Line))]
    return carried if sum(carried) > 0 else [1.0] * len(Line)


def _said(labels: Labels | None, language: str, otherwise: str) -> str:
    """A label in the language asked for, else in English."""
    return labels.get(language, labels["en"]) if labels else otherwise


def _profile(profile: Profile, document: ModelDocument, language: str) -> ProfileFlexibility:
    """Whole cycles; each program is an alternative to the others."""
    longest = _longest_pause(profile, document)
    programmes = tuple(_programme(program, longest, language) for program in profile.programs)
    return ProfileFlexibility(programmes, RemoteStart(profile.remote_start))


def _longest_pause(profile: Profile, document: ModelDocument) -> timedelta:
    """How long the machine may stand still, at most; nothing where it cannot really pause.

    It can where a transport has an order for it, or where the program goes on after a power cut, as the
    pull-plug test shows.
    """
    if not (profile.resumes_after_power_cut or document.bindings.can("pause")):
        return timedelta(0)
    most = document.safety.max_pause_s
    return timedelta.max if most is None else timedelta(seconds=most)


def _programme(program: Program, longest: timedelta, language: str) -> Programme:
    """One cycle; a phase may be followed by a pause as long as the next one may wait."""
    longest = longest if program.pausable_between else timedelta(0)
    waits = [timedelta(seconds=phase.max_delay_s) for phase in program.phases[1:]]
    phases = tuple(
        _phase(phase, min(wait, longest), language)
        for phase, wait in zip(program.phases, [*waits, timedelta(0)], strict=False)
    )
    name = _said(program.name, language, program.id)
    return Programme(ProgrammeId(program.id), name, phases or _minutes(program.minutes_w))


def _phase(phase: ProgramPhase, pause: timedelta, language: str) -> Phase:
    """One phase; where its energy is stated, that says more than the nameplate's power.

    Source: requirement A6 (whole measured cycles, kept minute by minute).
    """
    mean_w = phase.power_w if phase.energy_wh is None else phase.energy_wh * 3600 / phase.duration_s
    name = _said(phase.label, language, phase.name)
    return Phase(name, timedelta(seconds=phase.duration_s), mean_w, pause)


def _minutes(minutes_w: tuple[float, ...]) -> tuple[Phase, ...]:
    """One phase a minute; neighbours of equal power are one phase, named after their first minute."""
    phases, start = [], 0
    for power_w, run in itertools.groupby(minutes_w):
        count = len(list(run))
        phases.append(Phase(f"minute {start}", timedelta(minutes=count), power_w))
        start += count
    return tuple(phases)


def _storage(storage: Storage, document: ModelDocument) -> StorageFlexibility:
    """A level.

        degrees: level_per_wh = rate_c_per_h / power_w       drift_per_h = heat_gain_c_per_h
        Wh:      level_per_wh = efficiency                   drift_per_h = 0

    A device with a thermostat cycles by itself inside a slot, so its mean power is free (``duty``).
    """
    mode, level, safety = storage.running[0], storage.level, document.safety
    low, high = _reach(storage)
    return StorageFlexibility(
        unit=UNITS[level.unit],
        level_min=low,
        level_max=high,
        level_target=min(max(level.target, low), high),
        level_per_wh=storage.efficiency if storage.is_battery else mode.rate_c_per_h / mode.power_w,
        drift_per_h=storage.heat_gain_c_per_h,
        max_power_w=max(mode.power_w for mode in storage.running),
        min_power_w=0.0 if storage.thermostat else min(mode.least_w for mode in storage.running),
        duty=storage.thermostat is not None,
        idle_power_w=storage.idle_w,
        min_on=timedelta(seconds=safety.min_on_s),
        min_off=timedelta(seconds=safety.min_off_s),
        loss_per_h=storage.loss_per_h or 0.0,
        ambient=storage.ambient_c or 0.0,
        discharge=_discharge(storage),
    )


def _reach(storage: Storage) -> tuple[float, float]:
    """The range of plans.

    Interpretation: nothing runs past the point where its own thermostat stops, so it ends there.
    """
    low, high = storage.level.min, storage.level.max
    if storage.thermostat and storage.cools:
        return max(low, storage.thermostat.stops_at), high
    return low, min(high, storage.thermostat.stops_at) if storage.thermostat else high


def _discharge(storage: Storage) -> Discharge | None:
    """What comes back: of each Wh taken out the losses are gone."""
    stated = storage.discharge
    if stated is None:
        return None
    return Discharge(
        max_power_w=stated.power_w,
        level_per_wh=1 / stated.efficiency,
        min_power_w=stated.min_power_w,
        wear_per_kwh=stated.wear_per_kwh,
        may_export=stated.may_export,
        consent=Consent(stated.consent),
    )


def _demand(demand: Demand, document: ModelDocument) -> DemandFlexibility:
    """A load that may be held off, never longer than safety allows."""
    most_s = document.safety.max_pause_s
    return DemandFlexibility(
        power_w=demand.power_w,
        max_power_w=demand.max_power_w,
        max_off=timedelta(seconds=demand.max_off_s if most_s is None else min(demand.max_off_s, most_s)),
        curtail_price_per_kwh=demand.curtail_price_per_kwh,
    )


def _modes(modes: Modes, language: str) -> ModesFlexibility:
    """A device told in which of its modes to run."""
    return ModesFlexibility(
        modes=tuple(_mode(mode, language) for mode in modes.modes),
        normal=modes.normal_index,
        min_dwell=timedelta(seconds=modes.min_dwell_s),
        most_switches=modes.most_switches,
    )


def _mode(mode: SteeredMode, language: str) -> Mode:
    """One of its modes."""
    return Mode(
        _said(mode.name, language, mode.id),
        mode.power_w,
        mode.cost_per_h,
        None if mode.longest_s is None else timedelta(seconds=mode.longest_s),
        None if mode.most_per_day_s is None else timedelta(seconds=mode.most_per_day_s),
    )
