"""What an object model means to the router: the domain's flexibility, binding and profile.

Which model belongs to a device is left to ``catalogue``; this is plain data in, plain data out.

    document                                   domain
    profile: phases, or minutes_w              Programme of Phases (one a minute, equal neighbours joined)
    storage: modes, heat_gain_c_per_h          level_per_wh, drift_per_h
    demand                                     DemandFlexibility
    bindings.plug, safety, thermostat          Binding
    shed.from_level                            shed_from_level
"""

import itertools
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from drrouter.domain.device import Binding, DeviceClass, DeviceProfile
from drrouter.domain.document import as_json
from drrouter.domain.flexibility import (
    DemandFlexibility,
    Flexibility,
    Line,
    Phase,
    ProfileFlexibility,
    Programme,
    RemoteStart,
    StorageFlexibility,
)
from drrouter.domain.ids import DeviceId, ModelId, ProgrammeId
from drrouter.domain.instruction import FailSafe
from drrouter.domain.remedy import document_error, nearest
from drrouter.errors import DocumentError
from drrouter.objectmodel.document import ModelDocument, Safety, json_schema
from drrouter.objectmodel.flexibility import Demand, Profile, Program, Storage

UNITS = {"celsius": "°C", "watt_hours": "Wh"}
"""How a level's unit is written in the domain."""

Parameters = Mapping[str, float]

_PLACES = {
    "level_min": ("level", "min"),
    "level_max": ("level", "max"),
    "level_target": ("level", "target"),
    "heat_gain_c_per_h": ("heat_gain_c_per_h",),
    "efficiency": ("efficiency",),
    "power_w": ("power_w",),
    "max_power_w": ("max_power_w",),
    "max_off_s": ("max_off_s",),
    "curtail_price_per_kwh": ("curtail_price_per_kwh",),
}


def profile_of(
    document: ModelDocument,
    device_id: DeviceId,
    name: str,
    *,
    parameters: Parameters | None = None,
    line: Line = Line.L1,
    groups: tuple[str, ...] = (),
    language: str = "en",
) -> DeviceProfile:
    """A device of the home, made from its object model and what the home file says of it.

    Raises:
        DocumentError: a parameter is unknown or out of its bounds.
    """
    settled = with_parameters(document, parameters or {})
    return DeviceProfile(
        id=device_id,
        name=name,
        device_class=DeviceClass(settled.identity.device_class),
        model_id=ModelId(settled.id),
        flexibility=flexibility_of(settled, language),
        line=line,
        groups=groups,
        shed_from_level=settled.shed.from_level if settled.shed else None,
        binding=binding_of(settled),
    )


def with_parameters(document: ModelDocument, parameters: Parameters) -> ModelDocument:
    """The document with its parameters set; those not named take their defaults.

    Raises:
        DocumentError: a parameter is unknown or out of its bounds, or the figures no longer fit together.
    """
    known = {parameter.id: parameter for parameter in document.parameters}
    for key in parameters:
        if key not in known:
            raise DocumentError(
                document.id, f"parameters.{key}", "is no parameter of this model", nearest(key, list(known))
            )
    if not known:
        return document
    table = document.model_dump(by_alias=True, exclude_none=True)
    for key, parameter in known.items():
        value = parameters.get(key, parameter.default)
        if not parameter.min <= value <= parameter.max:
            raise DocumentError(
                document.id,
                f"parameters.{key}",
                f"is {value:g}, outside {parameter.min:g} .. {parameter.max:g}",
                "Choose a value inside",
            )
        for target in parameter.sets:
            _set(table, target, value)
    return _checked(document, table)


def flexibility_of(document: ModelDocument, language: str = "en") -> Flexibility:
    """What the device can do differently: the first form that the document states."""
    chosen = document.flexibility[0]
    if isinstance(chosen, Profile):
        return _profile(chosen, language)
    if isinstance(chosen, Storage):
        return _storage(chosen, document.safety)
    return _demand(chosen, document.safety)


def binding_of(document: ModelDocument) -> Binding:
    """How a bare plug shows what the device does, and what is safe when we fall silent."""
    plug, chosen = document.bindings.plug, document.flexibility[0]
    thermostat = chosen.thermostat if isinstance(chosen, Storage) else None
    return Binding(
        start_above_w=plug.start_detect.above_w,
        start_for=timedelta(seconds=plug.start_detect.for_s),
        end_below_w=plug.end_detect.below_w,
        end_for=timedelta(seconds=plug.end_detect.for_s),
        thermostat=(thermostat.stops_at, thermostat.starts_at) if thermostat else None,
        fail_safe=FailSafe(document.safety.fail_safe),
    )


def _set(table: dict[str, Any], target: str, value: float) -> None:
    """Replace one figure in each form of flexibility that has it; a storage's power is its running mode's."""
    for part in table["flexibility"]:
        if target == "power_w" and part["kind"] == "storage":
            running = max(part["modes"], key=lambda mode: mode["power_w"])
            running["power_w"] = value
            continue
        *outer, last = _PLACES[target]
        for key in outer:
            part = part.get(key, {})
        if last in part:
            part[last] = value


def _checked(document: ModelDocument, table: dict[str, Any]) -> ModelDocument:
    """The changed document, checked like one from a file."""
    try:
        return ModelDocument.model_validate_json(as_json(table))
    except ValidationError as error:
        facts = error.errors(include_url=False)
        raise document_error(f"{document.id} with its parameters", table, facts, json_schema()) from error


def _profile(profile: Profile, language: str) -> ProfileFlexibility:
    """Whole cycles.

    Interpretation: pauses (``pausable_between``, ``max_delay_s``) are kept in the document for protocols
    that know them; the router never cuts a running cycle (A6), so the plan runs the phases without pause.
    """
    programmes = tuple(_programme(program, language) for program in profile.programs)
    return ProfileFlexibility(programmes, RemoteStart(profile.remote_start))


def _programme(program: Program, language: str) -> Programme:
    """One cycle; where the energy of a phase is stated, it says more than the nameplate's power.

    Source: requirement A6 (whole measured cycles, kept minute by minute).
    """
    name = program.name.get(language, program.name["en"])
    phases = [
        Phase(
            phase.name,
            timedelta(seconds=phase.duration_s),
            phase.power_w if phase.energy_wh is None else phase.energy_wh * 3600 / phase.duration_s,
        )
        for phase in program.phases
    ]
    return Programme(ProgrammeId(program.id), name, tuple(phases) or _minutes(program.minutes_w))


def _minutes(minutes_w: tuple[float, ...]) -> tuple[Phase, ...]:
    """One phase a minute; neighbours of equal power are one phase, named after their first minute."""
    phases, start = [], 0
    for power_w, run in itertools.groupby(minutes_w):
        count = len(list(run))
        phases.append(Phase(f"minute {start}", timedelta(minutes=count), power_w))
        start += count
    return tuple(phases)


def _storage(storage: Storage, safety: Safety) -> StorageFlexibility:
    """A level.

        degrees: level_per_wh = rate_c_per_h / power_w       drift_per_h = heat_gain_c_per_h
        Wh:      level_per_wh = efficiency                   drift_per_h = 0

    A device with a thermostat cycles by itself inside a slot, so its mean power is free (``duty``).

    Interpretation: behind a plug nothing runs past the point where its own thermostat stops, so the range
    of plans ends there.
    """
    run_w = [mode.power_w for mode in storage.running]
    mode, level, thermostat = storage.running[0], storage.level, storage.thermostat
    is_battery = level.unit == "watt_hours"
    low, high = level.min, level.max
    if thermostat and storage.cools:
        low = max(low, thermostat.stops_at)
    elif thermostat:
        high = min(high, thermostat.stops_at)
    return StorageFlexibility(
        unit=UNITS[level.unit],
        level_min=low,
        level_max=high,
        level_target=level.target,
        level_per_wh=storage.efficiency if is_battery else mode.rate_c_per_h / mode.power_w,
        drift_per_h=storage.heat_gain_c_per_h,
        max_power_w=max(run_w),
        min_power_w=0.0 if thermostat else min(run_w),
        duty=thermostat is not None,
        idle_power_w=storage.idle_w,
        min_on=timedelta(seconds=safety.min_on_s),
        min_off=timedelta(seconds=safety.min_off_s),
    )


def _demand(demand: Demand, safety: Safety) -> DemandFlexibility:
    """A load that may be held off, never longer than safety allows."""
    max_off_s = demand.max_off_s if safety.max_pause_s is None else min(demand.max_off_s, safety.max_pause_s)
    return DemandFlexibility(
        power_w=demand.power_w,
        max_power_w=demand.max_power_w,
        max_off=timedelta(seconds=max_off_s),
        curtail_price_per_kwh=demand.curtail_price_per_kwh,
    )
