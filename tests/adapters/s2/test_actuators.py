"""Storages and loads with one actuator (FRBC, DDBC), by resource managers of s2-python."""

import uuid

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.instruction import OutcomeKind
from drrouter.domain.measurement import Quantity
from drrouter.objectmodel.flexibility import Demand, Storage
from drrouter.objectmodel.foreign import s2_ddbc, s2_frbc
from tests.adapters.devices.reading import read
from tests.adapters.s2.conftest import START, Join, Open, device_of, tell, until
from tests.adapters.s2.described import (
    CATALOGUE,
    L1,
    as_s2_python_has_it,
    battery,
    ddbc,
    frbc,
    message,
)
from tests.adapters.s2.foreign import bare


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
