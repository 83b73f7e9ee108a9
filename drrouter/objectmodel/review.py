"""What is allowed in an object model and yet worth a look: figures that fit neither each other nor the world.

Each remark is a sentence with the key and a remedy, like those of the checks; none keeps a file from use.

    labels      a language that some labels have and others lack
    match       an integration that drrouter does not have
    powers      energy far below power times time; thresholds that no start or end would cross
    bounds      what safety, the thermostat, the standards or a day's length make of the figures
    class       a freezer that heats, a battery that gives nothing
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from drrouter.domain.device import DeviceClass
from drrouter.domain.remedy import nearest
from drrouter.objectmodel.document import ModelDocument
from drrouter.objectmodel.flexibility import Demand, Envelope, Modes
from drrouter.objectmodel.form import Form
from drrouter.objectmodel.programs import Profile, Program
from drrouter.objectmodel.storage import Storage

FROZEN_C = -18.0
"""Source: Council Directive 89/108/EEC, Article 5 (quick-frozen foodstuffs)."""

LEAST_A, VOLTAGE_V = 6, 230
"""Source: IEC 61851-1: a car is offered 6 A or nothing."""

MOST_WH = 20_000.0
LEAST_SHARE = 0.1
NARROW_C = 0.5
LONGEST_FILL_H = 96.0

_COLD = (DeviceClass.FREEZER, DeviceClass.REFRIGERATOR)


def review(model: ModelDocument, integrations: Collection[str] = ()) -> tuple[str, ...]:
    """Everything worth a look, in the order of the file.

    Args:
        model: a document that passed its checks.
        integrations: those that drrouter has; none leaves the matchers alone.
    """
    return (
        *_matches(model, integrations),
        *(
            remark
            for number, form in enumerate(model.flexibility, 1)
            for remark in _form(model, form, number)
        ),
        *_thresholds(model),
        *_ledger(model),
        *_labels(model),
    )


def _matches(model: ModelDocument, integrations: Collection[str]) -> Iterator[str]:
    """Matchers of integrations that are not there find nothing."""
    for number, matcher in enumerate(model.identity.match, 1):
        for name in matcher:
            if integrations and name not in integrations:
                remedy = nearest(name, sorted(integrations))
                yield f"identity.match#{number}: {name!r} is no integration of drrouter. {remedy}."


def _form(model: ModelDocument, form: Form, number: int) -> Iterator[str]:
    """Remarks on one form of flexibility."""
    where = f"flexibility[{form.id}]" if form.id else f"flexibility#{number}"
    match form:
        case Profile():
            for program in form.programs:
                yield from _program(model, form, program, f"{where}.programs[{program.id}]")
        case Storage():
            yield from _storage(model, form, where)
        case Demand():
            yield from _demand(model, form, where)
    yield from _class(model.identity.device_class, form, where)


def _program(model: ModelDocument, profile: Profile, program: Program, where: str) -> Iterator[str]:
    """Energy, and pauses that nobody could make."""
    phases_wh = [
        phase.power_w * phase.duration_s / 3600 if phase.energy_wh is None else phase.energy_wh
        for phase in program.phases
    ]
    total_wh = sum(phases_wh) + sum(program.minutes_w) / 60
    if total_wh > MOST_WH:
        yield f"{where}: takes {total_wh / 1000:.0f} kWh. Check power_w and duration_s of its phases."
    for phase, energy_wh in zip(program.phases, phases_wh, strict=True):
        most_wh = phase.power_w * phase.duration_s / 3600
        if energy_wh < LEAST_SHARE * most_wh:
            key = f"{where}.phases[{phase.id or phase.name}]"
            yield (
                f"{key}: energy_wh {energy_wh:g} is less than a tenth of the {most_wh:.0f} Wh that power_w "
                "gives. Check both."
            )
    if not program.pausable_between:
        return
    if not any(phase.max_delay_s for phase in program.phases[1:]):
        yield f"{where}: is pausable_between phases, yet none may wait. Give a later phase its max_delay_s."
    if not (profile.resumes_after_power_cut or model.bindings.can("pause")):
        yield (
            f"{where}: is pausable_between phases, yet nothing can pause it. State resumes_after_power_cut, "
            "or a pause in the bindings."
        )


def _storage(model: ModelDocument, storage: Storage, where: str) -> Iterator[str]:
    """Levels and powers against the world."""
    level, run = storage.level, max(storage.running, key=lambda mode: mode.power_w)
    if storage.is_battery:
        hours = (level.max - level.min) / (run.power_w * storage.efficiency)
        if hours > LONGEST_FILL_H:
            yield (
                f"{where}: takes {hours:.0f} hours to fill. Check level and the power_w of mode {run.id!r}."
            )
    if model.identity.device_class is DeviceClass.FREEZER and level.max > FROZEN_C:
        yield (
            f"{where}.level.max: is {level.max:g}; quick-frozen food is kept at -18 °C or colder "
            "(Council Directive 89/108/EEC). Lower it."
        )
    if model.identity.device_class is DeviceClass.EV_CHARGER:
        least_w = LEAST_A * VOLTAGE_V * storage.lines
        for mode in storage.running:
            if mode.min_power_w is not None and 0 < mode.min_power_w < least_w:
                yield (
                    f"{where}.modes[{mode.id}].min_power_w: is {mode.min_power_w:g}, and a car is offered "
                    f"6 A or nothing (IEC 61851-1). Write {least_w}."
                )
    thermostat = storage.thermostat
    if thermostat and abs(thermostat.starts_at - thermostat.stops_at) < NARROW_C:
        yield f"{where}.thermostat: switches within half a degree. Move stops_at and starts_at apart."


def _demand(model: ModelDocument, demand: Demand, where: str) -> Iterator[str]:
    """A time off that safety cuts short."""
    most_s = model.safety.max_pause_s
    if most_s is not None and demand.max_off_s > most_s:
        yield (
            f"{where}.max_off_s: is {demand.max_off_s:g}, of which safety.max_pause_s allows {most_s:g}. "
            "Write the same in both."
        )


def _class(device_class: DeviceClass, form: Form, where: str) -> Iterator[str]:
    """Forms that the class does not expect."""
    if device_class in _COLD and isinstance(form, Storage) and not form.cools:
        yield f"{where}: warms by running, though it is a {device_class}. Give rate_c_per_h a minus sign."
    if device_class is DeviceClass.BATTERY and not (isinstance(form, Storage) and form.discharge):
        yield f"{where}: is a battery that gives nothing back. Add [flexibility.discharge]."
    if device_class is DeviceClass.PV and not isinstance(form, Envelope):
        yield f'{where}: makes power by the sun, and is no envelope. Write kind = "envelope".'


def _thresholds(model: ModelDocument) -> Iterator[str]:
    """Thresholds of the plug that no start or end would cross."""
    above_w = model.bindings.plug.start_detect.above_w
    below_w = model.bindings.plug.end_detect.below_w
    if below_w >= above_w:
        yield (
            f"bindings.plug: an end below {below_w:g} W shows before a start above {above_w:g} W. "
            "Lower end_detect.below_w."
        )
    if "plug" not in model.bindings.model_fields_set or not model.flexibility:
        return
    most_w = max(map(_most_w, model.flexibility))
    if 0 < most_w <= above_w:
        yield (
            f"bindings.plug.start_detect.above_w: is {above_w:g}, and it never draws more than {most_w:g} W. "
            "Lower it."
        )
    rest_w = max((form.idle_w for form in model.flexibility if isinstance(form, Storage)), default=0.0)
    if rest_w >= below_w:
        yield f"bindings.plug.end_detect.below_w: is {below_w:g}, and it rests at {rest_w:g} W. Raise it."


def _most_w(form: Form) -> float:
    """The most that it draws, in W."""
    match form:
        case Profile():
            phases = [phase.power_w for program in form.programs for phase in program.phases]
            return max([*phases, *(power_w for program in form.programs for power_w in program.minutes_w)])
        case Storage():
            return max(mode.power_w for mode in form.running)
        case Demand():
            return form.max_power_w
        case Modes():
            return max(mode.power_w for mode in form.modes)
        case _:
            return 0.0


def _ledger(model: ModelDocument) -> Iterator[str]:
    """What is said to be measured has an origin."""
    profiles = [form for form in model.flexibility if isinstance(form, Profile)]
    claimed = model.quality.profile_measured.status == "done"
    if profiles and claimed and not model.provenances:
        yield (
            "quality.profile_measured: is done, yet no [provenance] says where. State origin, licence and "
            "changes."
        )


def _labels(model: ModelDocument) -> Iterator[str]:
    """Languages that some labels have and others lack."""
    labels = list(_all_labels(model.model_dump(by_alias=True, exclude_none=True), ""))
    spoken = {language for _, label in labels for language in label}
    for where, label in labels:
        if missing := sorted(spoken - set(label)):
            words = ", ".join(f'{language} = "..."' for language in missing)
            yield f"{where}: is not said in every language that other labels have. Add {words}."


def _all_labels(node: Any, where: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every label of the document with its key."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            place = f"{where}.{key}".lstrip(".")
            if key in ("name", "label") and isinstance(value, Mapping):
                yield place, value
            else:
                yield from _all_labels(value, place)
    elif isinstance(node, list | tuple):
        for number, value in enumerate(node, 1):
            name = value.get("id") if isinstance(value, Mapping) else None
            yield from _all_labels(value, f"{where}[{name}]" if name else f"{where}#{number}")
