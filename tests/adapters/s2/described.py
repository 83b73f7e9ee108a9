"""Descriptions and statuses of devices with operation modes, as s2-python has them."""

import uuid
from collections.abc import Mapping
from typing import Any

from s2python.ddbc import DDBCInstruction
from s2python.frbc import FRBCInstruction
from s2python.message import S2MessageWithID
from s2python.ombc import OMBCInstruction
from s2python.s2_parser import S2Parser

from drrouter.objectmodel.catalogue import load_catalogue
from drrouter.objectmodel.flexibility import Modes, Storage
from drrouter.objectmodel.foreign import s2_frbc, s2_ombc
from tests.adapters.s2.conftest import START
from tests.adapters.s2.foreign import Kind, bare

Json = dict[str, Any]
L1 = "ELECTRIC.POWER.L1"
CATALOGUE = load_catalogue()


def message(form: Mapping[str, Any]) -> S2MessageWithID:
    """Any message of S2 as s2-python has it."""
    parsed: S2MessageWithID = S2Parser.parse_as_any_message({"message_id": str(uuid.uuid4()), **form})  # type: ignore[assignment]
    return parsed


def status(mode: str, factor: float = 0.0, actuator: str = "", kind: str = "OMBC.Status") -> S2MessageWithID:
    form = {"message_type": kind, "active_operation_mode_id": mode, "operation_mode_factor": factor}
    return message(form | ({"actuator_id": actuator} if actuator else {}))


def ids(description: Json) -> list[str]:
    """Of the modes, in their order."""
    system = description["actuators"][0] if "actuators" in description else description
    return [mode.get("id") or mode["Id"] for mode in system["operation_modes"]]


def ombc(description: Json, stands: int = 0, factor: float = 0.0) -> Kind:
    """It runs in the mode of that number, and then as it is told."""
    kind = Kind("OMBC", OMBCInstruction, message(description), status(ids(description)[stands], factor))
    kind.follows = lambda told: [status(str(told.operation_mode_id), told.operation_mode_factor)]
    return kind


def frbc(description: Json, stands: int = 0, level: float | None = None, factor: float = 0.0) -> Kind:
    actuator = description["actuators"][0]["id"]

    def said(mode: str, factor: float) -> S2MessageWithID:
        return status(mode, factor, actuator, "FRBC.ActuatorStatus")

    tells = [message(description), said(ids(description)[stands], factor)]
    if level is not None:
        tells.append(message({"message_type": "FRBC.StorageStatus", "present_fill_level": level}))
    kind = Kind("FRBC", FRBCInstruction, *tells)
    kind.follows = lambda told: [said(str(told.operation_mode), told.operation_mode_factor)]
    return kind


def as_s2_python_has_it(description: Json) -> Json:
    """Its classes write the id of a mode twice, and its supply as a list; the schema does neither."""
    actuators = [
        actuator
        | {
            "operation_modes": [
                mode | {"id": mode["Id"], "supply_range": [mode["supply_range"]]}
                for mode in actuator["operation_modes"]
            ]
        }
        for actuator in description["actuators"]
    ]
    return description | {"actuators": actuators}


def ddbc(description: Json, stands: int = 0, factor: float = 0.0) -> Kind:
    actuator = description["actuators"][0]["id"]

    def said(mode: str, factor: float) -> S2MessageWithID:
        return status(mode, factor, actuator, "DDBC.ActuatorStatus")

    described = message(as_s2_python_has_it(description))
    kind = Kind("DDBC", DDBCInstruction, described, said(ids(description)[stands], factor))
    kind.follows = lambda told: [said(str(bare(told.operation_mode_id)), told.operation_mode_factor)]
    return kind


def modes(*powers: tuple[str, float, float], timers: Json | None = None, **more: Any) -> Json:
    """A description of modes by label and power at the factors 0 and 1; all may follow one another."""
    names = {label: str(uuid.uuid4()) for label, *_ in powers}
    timer = str(uuid.uuid4())
    return {
        "message_type": "OMBC.SystemDescription",
        "message_id": str(uuid.uuid4()),
        "valid_from": START.isoformat(),
        "operation_modes": [
            {
                "id": names[label],
                "diagnostic_label": label,
                "power_ranges": [{"start_of_range": low, "end_of_range": high, "commodity_quantity": L1}],
                "abnormal_condition_only": label == "emergency",
            }
            for label, low, high in powers
        ],
        "transitions": [
            {
                "id": str(uuid.uuid4()),
                "from": names[origin],
                "to": names[goal],
                "start_timers": [timer],
                "blocking_timers": [timer],
                "abnormal_condition_only": goal == "emergency",
            }
            for origin in names
            for goal in names
            if origin != goal and (origin, goal) != more.get("without")
        ],
        "timers": [{"id": timer, "duration": 600_000}],
    }


def sg_ready() -> Json:
    [form] = CATALOGUE["generic.heat_pump_sg_ready"].flexibility
    assert isinstance(form, Modes)
    return s2_ombc.description("pump", form, START)


def battery() -> Json:
    document = CATALOGUE["generic.battery_10kwh"]
    [form] = [one for one in document.flexibility if isinstance(one, Storage)]
    return s2_frbc.description("battery", form, document.safety, START)
