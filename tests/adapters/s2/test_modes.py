"""Devices with operation modes (OMBC, FRBC, DDBC), by resource managers of s2-python."""

import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from s2python.common import InstructionStatus
from s2python.ddbc import DDBCInstruction
from s2python.frbc import FRBCInstruction
from s2python.message import S2MessageWithID
from s2python.ombc import OMBCInstruction
from s2python.s2_parser import S2Parser

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.instruction import OutcomeKind
from drrouter.domain.measurement import Quantity
from drrouter.objectmodel.catalogue import load_catalogue
from drrouter.objectmodel.flexibility import Demand, Modes, Storage
from drrouter.objectmodel.foreign import s2_ddbc, s2_frbc, s2_ombc
from tests.adapters.s2.conftest import START, Join, Open, device_of, read, settings, tell, until
from tests.adapters.s2.foreign import Kind, bare, update_of

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


async def test_a_heat_pump_is_told_its_mode_by_the_number_that_the_object_model_has(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    description = sg_ready()
    manager = await join(cem, selected="ombc", ombc=ombc(description, 1))
    device = device_of(cem)
    known = await until(device, lambda known: Quantity.MODE in known)
    assert known == {Quantity.MODE: 1}
    outcome = await tell(device, clock, 2400, mode=3)
    assert outcome.kind is OutcomeKind.DONE, outcome
    [told] = manager.kinds["ombc"].given
    assert str(told.operation_mode_id) == ids(description)[3]
    assert (await read(device))[Quantity.MODE].value == 3
    again = await tell(device, clock, 2400, mode=3, name="again")
    assert (again.kind, len(manager.kinds["ombc"].given)) == (OutcomeKind.DONE, 1)
    assert (await tell(device, clock, 0, mode=7)).kind is OutcomeKind.IMPOSSIBLE


async def test_the_home_file_says_which_mode_is_which(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen(settings(part={"modes": ["block", "run"]}))
    description = modes(("run", 500, 500), ("boost", 900, 900), ("block", 0, 0), ("emergency", 5, 5))
    manager = await join(cem, selected="ombc", ombc=ombc(description, 0))
    device = device_of(cem)
    assert (await until(device, lambda known: Quantity.MODE in known))[Quantity.MODE] == 1
    assert (await tell(device, clock, 0, mode=0)).kind is OutcomeKind.DONE
    assert str(manager.kinds["ombc"].given[0].operation_mode_id) == ids(description)[2]


async def test_a_mode_that_the_home_file_names_and_nobody_knows_gives_the_control_type_up(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen(settings(part={"modes": ["block", "rest"]}))
    kind = ombc(modes(("run", 500, 500), ("block", 0, 0)))
    kind.tells = []
    manager = await join(cem, selected="ombc", ombc=kind)
    assert await manager.tell(message(modes(("run", 500, 500), ("block", 0, 0)))) == "INVALID_CONTENT"
    outcome = await tell(device_of(cem), clock, 0)
    assert outcome.kind is OutcomeKind.IMPOSSIBLE


async def test_two_modes_are_a_switch(listen: Open, join: Join, clock: SimulatedClock) -> None:
    cem = await listen()
    description = modes(("on", 2100, 2100), ("off", 2, 2))
    manager = await join(cem, selected="ombc", ombc=ombc(description, 0))
    device = device_of(cem)
    assert await until(device, lambda known: Quantity.SWITCH in known) == {Quantity.SWITCH: 1}
    await tell(device, clock, 0)
    assert (await until(device, lambda known: known[Quantity.SWITCH] == 0)) == {Quantity.SWITCH: 0}
    await tell(device, clock, 700)
    given = [str(told.operation_mode_id) for told in manager.kinds["ombc"].given]
    assert given == [ids(description)[1], ids(description)[0]]


@pytest.mark.parametrize(
    ("power_w", "label", "factor"),
    [(0, "off", 0.0), (300, "off", 0.0), (970, "on", 0.0), (2000, "on", 0.5), (9000, "on", 1.0)],
)
async def test_a_mode_with_a_range_is_told_its_power(
    listen: Open, join: Join, clock: SimulatedClock, power_w: float, label: str, factor: float
) -> None:
    cem = await listen()
    description = modes(("off", 0, 0), ("on", 1000, 3000), ("emergency", 9000, 9000))
    manager = await join(cem, selected="ombc", ombc=ombc(description, 1, 0.25))
    device = device_of(cem)
    known = await until(device, lambda known: Quantity.SETPOINT_W in known)
    assert known == {Quantity.SWITCH: 1, Quantity.SETPOINT_W: 1500}
    assert (await tell(device, clock, power_w)).kind is OutcomeKind.DONE
    [told] = manager.kinds["ombc"].given
    names = {one["id"]: one["diagnostic_label"] for one in description["operation_modes"]}
    assert (names[str(told.operation_mode_id)], told.operation_mode_factor) == (label, factor)


async def test_a_change_that_is_not_described_or_still_blocked_is_refused_here(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    description = modes(("on", 2000, 2000), ("off", 0, 0), without=("off", "on"))
    manager = await join(cem, selected="ombc", ombc=ombc(description, 0))
    device = device_of(cem)
    await until(device, lambda known: Quantity.SWITCH in known)
    timer = {
        "message_type": "OMBC.TimerStatus",
        "timer_id": description["timers"][0]["id"],
        "finished_at": (START + timedelta(minutes=5)).isoformat(),
    }
    assert await manager.tell(message(timer)) == "OK"
    assert await manager.tell(message(timer | {"timer_id": str(uuid.uuid4())})) == "INVALID_CONTENT"
    blocked = await tell(device, clock, 0)
    assert (blocked.kind, blocked.sentence) == (
        OutcomeKind.REFUSED,
        "device (S2): it may change its mode in 300 s at the earliest",
    )
    await clock.advance(timedelta(minutes=5))
    assert (await tell(device, clock, 0)).kind is OutcomeKind.DONE
    back = await tell(device, clock, 2000)
    assert (back.kind, back.sentence) == (
        OutcomeKind.REFUSED,
        "device (S2): it cannot change from off to on at once",
    )
    assert len(manager.kinds["ombc"].given) == 1


async def test_what_was_accepted_counts_until_the_status_has_had_time_to_show_it(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    kind = ombc(modes(("on", 2000, 2000), ("off", 0, 0)), 0)
    kind.follows = lambda told: []
    manager = await join(cem, selected="ombc", ombc=kind)
    device = device_of(cem)
    await until(device, lambda known: Quantity.SWITCH in known)
    await tell(device, clock, 0)
    assert (await read(device))[Quantity.SWITCH].value == 0
    await clock.advance(timedelta(minutes=1))
    assert (await read(device))[Quantity.SWITCH].value == 1
    await tell(device, clock, 0, name="again")
    assert (await read(device))[Quantity.SWITCH].value == 0
    failed = update_of(kind.given[-1].id, InstructionStatus.ABORTED)
    assert await manager.tell(failed) == "OK"
    assert (await read(device))[Quantity.SWITCH].value == 1


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda known: status(str(uuid.uuid4())), "INVALID_CONTENT"),
        (lambda known: status(known[0], 1.5), "INVALID_CONTENT"),
        (lambda known: status(known[2]), "OK"),
    ],
)
async def test_a_status_names_a_mode_that_there_is(
    listen: Open, join: Join, make: Callable[[list[str]], S2MessageWithID], said: str
) -> None:
    cem = await listen()
    description = modes(("on", 2000, 2000), ("off", 0, 0), ("emergency", 1, 1))
    manager = await join(cem, selected="ombc", ombc=ombc(description, 0))
    assert await manager.tell(make(ids(description))) == said


async def test_in_an_emergency_a_mode_by_number_is_not_told(listen: Open, join: Join) -> None:
    cem = await listen(settings(part={"modes": ["off", "on"]}))
    description = modes(("on", 2000, 2000), ("off", 0, 0), ("emergency", 1, 1))
    manager = await join(cem, selected="ombc", ombc=ombc(description, 0))
    device = device_of(cem)
    await until(device, lambda known: known.get(Quantity.MODE) == 1)
    await manager.tell(status(ids(description)[2]))
    power = {
        "message_type": "PowerMeasurement",
        "measurement_timestamp": START.isoformat(),
        "values": [{"commodity_quantity": L1, "value": 1}],
    }
    await manager.tell(message(power))
    assert Quantity.MODE not in await read(device)


async def test_emergencies_alone_are_no_modes(listen: Open, join: Join) -> None:
    cem = await listen()
    kind = ombc(modes(("on", 1, 1)))
    kind.tells = []
    manager = await join(cem, selected="ombc", ombc=kind)
    assert await manager.tell(message(modes(("emergency", 1, 1)))) == "INVALID_CONTENT"


async def test_a_description_that_is_taken_back_steers_no_more(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    description = modes(("on", 2000, 2000), ("off", 0, 0))
    manager = await join(cem, selected="ombc", ombc=ombc(description, 0))
    await until(device_of(cem), lambda known: Quantity.SWITCH in known)
    about = {"object_type": "OMBC.SystemDescription", "object_id": description["message_id"]}
    assert await manager.tell(message({"message_type": "RevokeObject", **about})) == "OK"
    outcome = await tell(device_of(cem), clock, 0)
    assert (outcome.kind, "it has not said yet" in outcome.sentence) == (OutcomeKind.IMPOSSIBLE, True)


def battery() -> Json:
    document = CATALOGUE["generic.battery_10kwh"]
    [form] = [one for one in document.flexibility if isinstance(one, Storage)]
    return s2_frbc.description("battery", form, document.safety, START)


async def test_a_battery_takes_and_gives_as_it_is_told(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    description = battery()
    resting = next(
        number
        for number, mode in enumerate(description["actuators"][0]["operation_modes"])
        if mode["elements"][0]["fill_rate"] == {"start_of_range": 0.0, "end_of_range": 0.0}
    )
    manager = await join(cem, selected="frbc", frbc=frbc(description, resting, 4200.0))
    device = device_of(cem)
    known = await until(device, lambda known: Quantity.LEVEL_WH in known)
    assert known[Quantity.LEVEL_WH] == 4200
    assert abs(known[Quantity.SETPOINT_W]) <= 30
    for power_w in (2000.0, -1500.0, 0.0):
        assert (await tell(device, clock, power_w)).kind is OutcomeKind.DONE
        known = await until(device, lambda known: Quantity.SETPOINT_W in known)
        assert known[Quantity.SETPOINT_W] == pytest.approx(power_w, abs=30)
    told = manager.kinds["frbc"].given[0]
    assert str(told.actuator_id) == description["actuators"][0]["id"]
    assert 0 < told.operation_mode_factor < 1


async def test_a_freezer_is_switched_and_tells_its_temperature(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    document = CATALOGUE["generic.freezer"]
    [form] = [one for one in document.flexibility if isinstance(one, Storage)]
    description = s2_frbc.description("freezer", form, document.safety, START)
    manager = await join(cem, selected="frbc", frbc=frbc(description, 0, -19.5))
    device = device_of(cem)
    known = await until(device, lambda known: Quantity.TEMPERATURE_C in known)
    assert known[Quantity.TEMPERATURE_C] == -19.5
    before = known[Quantity.SWITCH]
    await tell(device, clock, 0 if before else 100)
    assert (await until(device, lambda known: known[Quantity.SWITCH] != before))[Quantity.SWITCH] != before
    leak = s2_frbc.leakage("freezer", form, START)
    assert leak is not None
    assert await manager.tell(message(leak)) == "OK"


async def test_what_differs_by_level_follows_the_level(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    description = battery()
    description["storage"]["fill_level_label"] = "litres of something"
    mode = max(
        description["actuators"][0]["operation_modes"],
        key=lambda mode: mode["elements"][0]["power_ranges"][0]["end_of_range"],
    )
    [element] = mode["elements"]
    low, high = (element["fill_level_range"][key] for key in ("start_of_range", "end_of_range"))
    middle = (low + high) / 2
    upper = element | {
        "fill_level_range": {"start_of_range": middle, "end_of_range": high},
        "power_ranges": [{"start_of_range": 0, "end_of_range": 100, "commodity_quantity": L1}],
    }
    element["fill_level_range"] = {"start_of_range": low, "end_of_range": middle}
    mode["elements"] = [element, upper]
    number = description["actuators"][0]["operation_modes"].index(mode)
    manager = await join(cem, selected="frbc", frbc=frbc(description, number, low, 1.0))
    device = device_of(cem)
    known = await until(device, lambda known: Quantity.SETPOINT_W in known)
    assert known[Quantity.SETPOINT_W] > 1000
    assert Quantity.LEVEL_WH not in known
    full = {"message_type": "FRBC.StorageStatus", "present_fill_level": high}
    await manager.tell(message(full))
    assert (await read(device))[Quantity.SETPOINT_W].value == 100


async def test_a_load_is_held_off(listen: Open, join: Join, clock: SimulatedClock) -> None:
    cem = await listen()
    form = Demand(kind="demand", power_w=600, max_power_w=1500, max_off_s=3600)
    description = s2_ddbc.description("hvac", form, START)
    manager = await join(cem, selected="ddbc", ddbc=ddbc(description, 0, 1.0))
    device = device_of(cem)
    known = await until(device, lambda known: Quantity.SETPOINT_W in known)
    assert known == {Quantity.SETPOINT_W: 1500, Quantity.SWITCH: 1}
    await tell(device, clock, 0)
    [told] = manager.kinds["ddbc"].given
    assert str(bare(told.actuator_id)) == description["actuators"][0]["id"]
    assert (await until(device, lambda known: known[Quantity.SWITCH] == 0))[Quantity.SETPOINT_W] == 0
    forecast = {
        "message_type": "DDBC.AverageDemandRateForecast",
        "start_time": START.isoformat(),
        "elements": [{"duration": 1000, "demand_rate_expected": 1}],
    }
    assert await manager.tell(message(forecast)) == "OK"


@pytest.mark.parametrize("name", ["frbc", "ddbc"])
async def test_several_actuators_are_no_device_of_ours(listen: Open, join: Join, name: str) -> None:
    cem = await listen()
    form = Demand(kind="demand", power_w=600, max_power_w=1500, max_off_s=3600)
    description = battery() if name == "frbc" else s2_ddbc.description("hvac", form, START)
    kind = frbc(description) if name == "frbc" else ddbc(description)
    kind.tells = []
    manager = await join(cem, selected=name, **{name: kind})
    [actuator] = description["actuators"]
    description["actuators"].append(actuator | {"id": str(uuid.uuid4())})
    shown = description if name == "frbc" else as_s2_python_has_it(description)
    assert await manager.tell(message(shown)) == "INVALID_CONTENT"


async def test_the_best_control_type_of_several_is_selected(listen: Open, join: Join) -> None:
    """42: of what is offered, the first that the home file has."""
    cem = await listen(settings(part={"control": ["ddbc", "ombc", "frbc"]}))
    kinds = {"frbc": frbc(battery()), "ombc": ombc(sg_ready(), 1)}
    manager = await join(cem, selected="ombc", **kinds)
    assert not manager.kinds["frbc"].selected.is_set()
