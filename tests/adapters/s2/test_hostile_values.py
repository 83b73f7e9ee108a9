"""Whatever value stands in a message, it is answered, and nothing but a complaint comes of it."""

import copy
import json
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.s2.resource import Resource
from drrouter.adapters.devices.s2.schema import BadMessageError, read
from drrouter.adapters.devices.s2.session import CONTROLS, LONG_NAMES, Session
from drrouter.domain.instruction import Instruction
from drrouter.errors import DeviceError, MessageError
from drrouter.objectmodel.flexibility import Demand
from drrouter.objectmodel.foreign import s2_ddbc
from tests.adapters.s2.conftest import DEVICE, START, settings
from tests.adapters.s2.described import Json, battery, ids, modes, sg_ready
from tests.adapters.s2.raw import limits
from tests.adapters.s2.test_ppbc import phases, programs

ROUNDS = 200
VALUES: tuple[Any, ...] = (
    *(0, -1, 0.5, 1e308, -1e308, 10**18, 10**30, 10**400, "", "x" * 500, "\u202e", None, True, [], {}),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-03-01T12:00:00", "ELECTRIC.POWER.L2"),
)


def hvac() -> Json:
    form = Demand(kind="demand", power_w=600, max_power_w=1500, max_off_s=3600)
    return s2_ddbc.description("hvac", form, START)


def status(kind: str, description: Json) -> Json:
    actuator = {"actuator_id": description["actuators"][0]["id"]} if "actuators" in description else {}
    stands = {"active_operation_mode_id": ids(description)[0], "operation_mode_factor": 0.5}
    return {"message_type": kind, **actuator, **stands}


def profile_status(offer: Json) -> Json:
    [container, *_] = offer["power_sequences_containers"]
    about = {
        "power_profile_id": offer["id"],
        "sequence_container_id": container["id"],
        "selected_sequence_id": container["power_sequences"][0]["id"],
        "status": "EXECUTING",
    }
    return {"message_type": "PPBC.PowerProfileStatus", "sequence_container_status": [about]}


TALKS: dict[str, list[Json]] = {
    "pebc": [{"message_type": "PEBC.PowerConstraints", **limits()}],
    "ombc": [sg_ready(), status("OMBC.Status", sg_ready())],
    "frbc": [
        (store := battery()),
        status("FRBC.ActuatorStatus", store),
        {"message_type": "FRBC.StorageStatus", "present_fill_level": 4000},
    ],
    "ddbc": [hvac(), status("DDBC.ActuatorStatus", hvac())],
    "ppbc": [(offer := programs(interruptible=True)), profile_status(offer), (parts := phases())],
    "ombc ": [
        (two := modes(("on", 100, 900), ("off", 0, 0))),
        status("OMBC.Status", two),
        {
            "message_type": "OMBC.TimerStatus",
            "timer_id": two["timers"][0]["id"],
            "finished_at": START.isoformat(),
        },
        {
            "message_type": "PowerMeasurement",
            "measurement_timestamp": START.isoformat(),
            "values": [{"commodity_quantity": "ELECTRIC.POWER.L1", "value": 1}],
        },
    ],
}


def places(part: Any) -> Iterator[tuple[Any, Any]]:
    """Every value in a message, by what holds it and where."""
    for key, value in list(part.items() if isinstance(part, dict) else enumerate(part)):
        yield part, key
        if isinstance(value, dict | list):
            yield from places(value)


@pytest.mark.parametrize("name", TALKS)
async def test_no_value_of_a_message_does_more_than_be_refused(name: str) -> None:
    chance, clock = random.Random(name), SimulatedClock(START)
    answered = {"OK": 0, "refused": 0}
    for _ in range(ROUNDS):
        resource = Resource(settings().resource_manager[0], settings(), clock)
        session = Session(resource, None, None)  # type: ignore[arg-type]
        resource.begin(session.link)
        hear(session, {"message_type": "Handshake", "message_id": "raw-0", "role": "RM"})
        resource.control = CONTROLS[LONG_NAMES[name.strip()]](resource.part)
        for message in TALKS[name]:
            said = {"message_id": "raw-1"} | copy.deepcopy(message)
            if chance.random() < 0.7:
                part, key = chance.choice(list(places(said)))
                part[key] = chance.choice(VALUES)
            answered["OK" if hear(session, said) else "refused"] += 1
        use(resource, chance.choice((-2000.0, 0.0, 700.0, 5000.0)))
    assert min(answered.values()) > ROUNDS // 10


def hear(session: Session, message: Json) -> bool:
    """Whether a message is received well."""
    try:
        session._hear(*read(json.dumps(message), "rm"))
    except (BadMessageError, MessageError):
        return False
    return True


def use(resource: Resource, power_w: float) -> None:
    """Read by what it is steered, and tell it something."""
    control, now = resource.control, resource.clock.now()
    if control is None:
        return
    assert all(value == value for _, value in control.steered(now))
    order = Instruction("i", DEVICE, power_w, "test", now + timedelta(minutes=15), mode=1)
    try:
        orders = control.orders(order, now)
    except DeviceError:
        return
    for one in orders:
        json.dumps(one.parts, allow_nan=False)
        assert one.execution_time.isoformat()
        control.done(one, "i-1")
    assert all(value == value for _, value in control.steered(now))


async def test_a_connection_that_another_took_over_is_not_heard_any_more() -> None:
    resource = Resource(settings().resource_manager[0], settings(), SimulatedClock(START))
    former, newer = (Session(resource, None, None) for _ in range(2))  # type: ignore[arg-type]
    resource.begin(newer.link)
    greeting = {"message_type": "Handshake", "message_id": "raw-0", "role": "RM"}
    assert not hear(former, greeting)
    assert hear(newer, greeting)
