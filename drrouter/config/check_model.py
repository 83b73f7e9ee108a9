"""Checks an object model as far as a home would use it: every form planned, every parameter at its ends."""

from collections import Counter

from drrouter.adapters.devices.table import TRANSPORTS
from drrouter.config.checked import CheckedDocument
from drrouter.errors import DocumentError
from drrouter.objectmodel import ModelDocument, flexibility_of, read_model, review, with_parameters
from drrouter.objectmodel.bindings import TRANSPORTS as BOUND

KNOWN = {*TRANSPORTS, *BOUND}
"""Integrations that a matcher may name: those of drrouter, and those that bindings may be stated for."""


def check_model(data: bytes, where: str) -> CheckedDocument:
    """An object model, down to what the planner makes of it.

    Raises:
        DocumentError: what is wrong first; its notes name the rest.
    """
    model = read_model(data, where)
    _try_parameters(model, where)
    settled = with_parameters(model, {})
    for form in settled.flexibility:
        flexibility_of(settled, choice=form.id or form.kind)
    remarks = (*_defaults(model, settled), *review(model, KNOWN))
    return CheckedDocument("object model", _sentence(model), remarks)


def _sentence(model: ModelDocument) -> str:
    """What the file holds."""
    kinds = " or ".join(dict.fromkeys(part.kind for part in model.flexibility))
    ledger = Counter(entry.status for _, entry in model.quality)
    what = f"and kind {kinds}" if kinds else "that can do nothing differently"
    return (
        f"Object model {model.id}, version {model.version}, of class {model.identity.device_class} "
        f"{what}; its ledger has {ledger['done']} done, {ledger['todo']} to do, {ledger['exempt']} exempt."
    )


def _try_parameters(model: ModelDocument, where: str) -> None:
    """Whatever a home may set leaves figures that go together, at least with the others at that end too."""
    for end in ("default", "min", "max"):
        all_there = {parameter.id: float(getattr(parameter, end)) for parameter in model.parameters}
        for name, value in all_there.items():
            if _refused(model, {name: value}) and (error := _refused(model, all_there)):
                raise DocumentError(
                    where,
                    f"parameters[{name}].{end}",
                    f"{value:g} leaves figures that do not go together ({error.key}: {error.problem})",
                    "Narrow the parameter, or let it set the others too",
                ) from error


def _refused(model: ModelDocument, parameters: dict[str, float]) -> DocumentError | None:
    """Why a home could not set them, None where it could."""
    try:
        with_parameters(model, parameters)
    except DocumentError as error:
        return error
    return None


def _defaults(model: ModelDocument, settled: ModelDocument) -> tuple[str, ...]:
    """A default that is another figure than the form states hides that one."""
    if settled.flexibility == model.flexibility:
        return ()
    names = ", ".join(parameter.id for parameter in model.parameters)
    return (
        f"parameters: the defaults of {names} replace other figures of flexibility. Write the same in both.",
    )
