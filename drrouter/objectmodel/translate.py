"""What an object model means to the router: the domain's flexibility, binding and profile.

Which model belongs to a device is left to ``catalogue``; this is plain data in, plain data out.

    document                                   domain
    flexibility                                PlannedFlexibility (``forms``); None for a meter
    lines = 3                                  DeviceProfile.lines
    bindings.plug, safety, thermostat          Binding
    shed.from_level                            shed_from_level
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from drrouter.domain.device import Binding, DeviceClass, DeviceProfile
from drrouter.domain.document import as_json
from drrouter.domain.flexibility import Line, PlannedFlexibility
from drrouter.domain.ids import DeviceId, ModelId
from drrouter.domain.instruction import FailSafe
from drrouter.domain.remedy import document_error, nearest
from drrouter.errors import DocumentError
from drrouter.objectmodel.document import ModelDocument, json_schema
from drrouter.objectmodel.form import Form
from drrouter.objectmodel.forms import lines_of, planned
from drrouter.objectmodel.storage import Storage

Parameters = Mapping[str, float]

_PLACES: dict[str, tuple[str, ...]] = {
    "level_min": ("level", "min"),
    "level_max": ("level", "max"),
    "level_target": ("level", "target"),
    "discharge_power_w": ("discharge", "power_w"),
    "discharge_efficiency": ("discharge", "efficiency"),
    "wear_per_kwh": ("discharge", "wear_per_kwh"),
}
"""Where a figure stands that is not a key of the form itself."""


def profile_of(
    document: ModelDocument,
    device_id: DeviceId,
    name: str,
    *,
    parameters: Parameters | None = None,
    line: Line = Line.L1,
    groups: tuple[str, ...] = (),
    language: str = "en",
    choice: str | None = None,
) -> DeviceProfile:
    """A device of the home, made from its object model and what the home file says of it.

    Args:
        document: its object model.
        device_id, name: what the home calls it.
        parameters: figures that the home sets.
        line: the line that feeds it; what has three lines is fed by all.
        groups: names by which a provider may target it.
        language: of its labels.
        choice: which form of flexibility holds, by its id or kind; the first where nobody chooses.

    Raises:
        DocumentError: a parameter is unknown or out of its bounds, or there is no such form.
    """
    settled = with_parameters(document, parameters or {})
    form = form_of(settled, choice)
    return DeviceProfile(
        id=device_id,
        name=name,
        device_class=DeviceClass(settled.identity.device_class),
        model_id=ModelId(settled.id),
        flexibility=planned(form, settled, language) if form else None,
        line=line,
        groups=groups,
        shed_from_level=settled.shed.from_level if settled.shed else None,
        binding=binding_of(settled, choice),
        lines=lines_of(form) if form else (),
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


def form_of(document: ModelDocument, choice: str | None = None) -> Form | None:
    """The form of flexibility of that id, or of that kind; the first where nobody chooses, None of none.

    Raises:
        DocumentError: there is no such form.
    """
    forms = document.flexibility
    if choice is None:
        return forms[0] if forms else None
    for name in ("id", "kind"):
        for form in forms:
            if getattr(form, name) == choice:
                return form
    known = [form.key for form in forms]
    raise DocumentError(
        document.id, "flexibility", f"has no form {choice!r}", nearest(choice, known) or "Leave it out"
    )


def flexibility_of(
    document: ModelDocument, language: str = "en", choice: str | None = None
) -> PlannedFlexibility | None:
    """What the device can do differently, in the form chosen; None where it can do nothing.

    Raises:
        DocumentError: there is no such form.
    """
    form = form_of(document, choice)
    return planned(form, document, language) if form else None


def binding_of(document: ModelDocument, choice: str | None = None) -> Binding:
    """How a bare plug shows what the device does, and what is safe when we fall silent."""
    plug, chosen = document.bindings.plug, form_of(document, choice)
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
        if target in ("power_w", "min_power_w") and part["kind"] == "storage":
            part = max(part["modes"], key=lambda mode: mode["power_w"])
        *outer, last = _PLACES.get(target, (target,))
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
