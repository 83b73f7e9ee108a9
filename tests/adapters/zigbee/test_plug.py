"""A metering plug behind zigpy's stack: found, switched, read, and met in each of its faults."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import FailSafe, Outcome, OutcomeKind
from drrouter.domain.measurement import Quality, Quantity
from drrouter.errors import DeviceRefusedError, DeviceSilentError
from drrouter.ports import Device, Found
from drrouter.sim.wire.zigbee import Fault, Message, MeteringPlug
from drrouter.sim.wire.zigbee.frames import Kind
from drrouter.sim.wire.zigbee.node import Attribute
from tests.adapters.zigbee.conftest import Home, close, values


async def test_a_plug_joins_is_found_switched_and_read(home: Home) -> None:
    plug = home.plug(1)
    found = await home.join(plug)
    assert found.identity == {
        "id": "00:12:4b:00:0a:0b:0c:01",
        "alias": "SP-1 0c01",
        "manufacturer": "Acme",
        "model": "SP-1",
    }
    device = home.integration.setup(DeviceId("kettle"), found)
    readings = device.readings()
    assert values(await anext(readings)) == {
        Quantity.SWITCH: 0.0,
        Quantity.POWER_W: 0.0,
        Quantity.ENERGY_WH: 0.0,
        Quantity.VOLTAGE_V: pytest.approx(231.0),
    }
    assert await home.tell(device, 2000.0) == Outcome(OutcomeKind.DONE)
    assert plug.on
    await home.clock.advance(timedelta(seconds=30))
    home.mesh.report()
    seen = values(await anext(readings))
    assert (seen[Quantity.SWITCH], seen[Quantity.POWER_W]) == (1.0, 2000.0)
    await close(readings)


async def _begun(home: Home, plug: MeteringPlug) -> Device:
    return home.integration.setup(DeviceId("kettle"), await home.join(plug))


async def test_reports_are_ordered_with_intervals_that_spare_the_mesh(home: Home) -> None:
    plug = home.plug(1)
    device = await _begun(home, plug)
    readings = device.readings()
    await anext(readings)
    assert plug.bound == {0x0006, 0x0702, 0x0B04}
    ordered = next(heard.data for heard in plug.heard if heard.cluster == 0x0B04 and heard.data[2] == 6)
    power, voltage = ordered[3:13], ordered[13:23]
    assert voltage == bytes.fromhex("00 0505 21 0500 3c00 3200")  # 5 s, 60 s, 50 tenths of a volt
    assert power == bytes.fromhex("00 0b05 29 0500 3c00 0500")  # 5 s, 60 s, 5 W
    home.mesh.report()
    await anext(readings)
    heard = len(plug.heard)
    await home.clock.advance(timedelta(seconds=3))
    plug.switch(True)
    home.mesh.report()  # too soon after the last
    await home.clock.advance(timedelta(seconds=3))
    home.mesh.report()
    assert values(await anext(readings))[Quantity.POWER_W] == 2000.0
    assert not any(message.data[2:3] == b"\0" for message in plug.heard[heard:])  # nobody asked
    await close(readings)


async def test_a_plug_that_stops_reporting_is_asked_and_one_that_does_not_answer_is_silent(
    home: Home,
) -> None:
    plug = home.plug(1)
    readings = (await _begun(home, plug)).readings()
    await anext(readings)
    asked = asyncio.ensure_future(anext(readings))
    await home.clock.advance(timedelta(seconds=89))
    assert not asked.done()
    await home.clock.advance(timedelta(seconds=1))
    assert Quantity.POWER_W in values(await asked)
    plug.fault = Fault.SILENT
    asked = asyncio.ensure_future(anext(readings))
    await home.clock.advance(timedelta(seconds=90))
    with pytest.raises(DeviceSilentError, match=r"kettle \(Zigbee\): no answer within 0.3 s"):
        await asked


async def test_a_plug_that_refuses_to_report_is_polled(home: Home) -> None:
    plug = home.plug(1)
    plug.fault = Fault.NO_REPORTS
    readings = (await _begun(home, plug)).readings()
    await anext(readings)
    asked = asyncio.ensure_future(anext(readings))
    await home.clock.advance(timedelta(seconds=30))
    assert Quantity.POWER_W in values(await asked)
    await close(readings)


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Fault.REFUSES, OutcomeKind.REFUSED, "it refuses (FAILURE)"),
        (Fault.IGNORES, OutcomeKind.REFUSED, "its relay did not move"),
        (Fault.SILENT, OutcomeKind.SILENT, "no answer within 0.3 s"),
        (Fault.GARBAGE, OutcomeKind.SILENT, "belongs to another question"),
        (Fault.HALF, OutcomeKind.SILENT, "no usable answer"),
    ],
)
async def test_what_a_plug_did_not_do_is_said(
    home: Home, fault: Fault, kind: OutcomeKind, words: str
) -> None:
    plug = home.plug(1)
    device = await _begun(home, plug)
    plug.fault = fault
    outcome = await home.tell(device, 2000.0)
    assert outcome.kind is kind
    assert words in outcome.sentence
    assert not plug.on or fault in (Fault.GARBAGE, Fault.HALF)


@pytest.mark.parametrize("fault", [Fault.GARBAGE, Fault.HALF, Fault.SILENT])
async def test_nonsense_costs_the_plug_its_readings_until_it_speaks_sense_again(
    home: Home, fault: Fault
) -> None:
    plug = home.plug(1)
    device = await _begun(home, plug)
    plug.fault = fault
    with pytest.raises(DeviceSilentError):
        await anext(device.readings())
    plug.fault = Fault.NONE
    readings = device.readings()
    assert Quantity.POWER_W in values(await anext(readings))
    await close(readings)


@pytest.mark.parametrize("fault", [Fault.LIES, Fault.NOT_A_NUMBER])
async def test_a_power_that_cannot_be_is_marked_bad(home: Home, fault: Fault) -> None:
    plug = home.plug(1, on=True)
    plug.fault = fault
    readings = (await _begun(home, plug)).readings()
    qualities = {reading.quantity: reading.quality for reading in await anext(readings)}
    assert qualities[Quantity.POWER_W] is Quality.BAD
    assert qualities[Quantity.ENERGY_WH] is Quality.OK
    await close(readings)


async def test_power_through_an_open_relay_is_marked_bad(home: Home) -> None:
    plug = home.plug(1)
    plug.clusters[0x0B04].attributes[0x050B] = Attribute(Kind.INT16, lambda: 509)
    readings = (await _begun(home, plug)).readings()
    power = next(one for one in await anext(readings) if one.quantity is Quantity.POWER_W)
    assert (power.value, power.quality) == (509.0, Quality.BAD)
    await close(readings)


async def test_multiplier_and_divisor_are_applied_and_nonsense_among_them_is_not(home: Home) -> None:
    plug = home.plug(1, rated_w=1234.0)
    power = plug.clusters[0x0B04].attributes
    power[0x050B], power[0x0605] = Attribute(Kind.INT16, lambda: 12_340), Attribute(Kind.UINT16, lambda: 10)
    power[0x0601] = Attribute(Kind.UINT16, lambda: 0)  # a divisor that nothing can be divided by
    plug.switch(True)
    readings = (await _begun(home, plug)).readings()
    seen = values(await anext(readings))
    assert seen[Quantity.POWER_W] == pytest.approx(1234.0)
    assert seen[Quantity.VOLTAGE_V] == 2310.0
    await close(readings)


async def test_a_meter_of_gas_is_no_meter_of_power(home: Home) -> None:
    plug = home.plug(1)
    plug.clusters[0x0702].attributes[0x0300] = Attribute(Kind.ENUM8, lambda: 1)
    readings = (await _begun(home, plug)).readings()
    assert Quantity.ENERGY_WH not in values(await anext(readings))
    await close(readings)


async def test_a_meter_of_three_lines_states_each_and_their_sum(home: Home) -> None:
    meter = home.plug(1)
    del meter.clusters[0x0006], meter.clusters[0x0702]
    lines = {0x050B: 1000, 0x090B: -200, 0x0A0B: 300}
    for number, power_w in lines.items():
        meter.clusters[0x0B04].attributes[number] = Attribute(Kind.INT16, partial(int, power_w))
    meter.clusters[0x0B04].attributes[0x0000] = Attribute(Kind.UINT32, lambda: 0x39)
    readings = (await _begun(home, meter)).readings()
    seen = values(await anext(readings))
    assert [seen[line] for line in (Quantity.POWER_L1_W, Quantity.POWER_L2_W, Quantity.POWER_L3_W)] == [
        1000.0,
        -200.0,
        300.0,
    ]
    assert seen[Quantity.POWER_W] == 1100.0
    await close(readings)


async def test_what_only_measures_cannot_be_switched_and_what_does_nothing_cannot_be_read(
    home: Home,
) -> None:
    meter, idle = home.plug(1), home.plug(2)
    del meter.clusters[0x0006]
    device = await _begun(home, meter)
    outcome = await home.tell(device, 0.0)
    assert outcome.kind is OutcomeKind.IMPOSSIBLE
    assert "nothing that could be steered" in outcome.sentence
    for cluster in (0x0006, 0x0702, 0x0B04):
        del idle.clusters[cluster]
    with pytest.raises(DeviceRefusedError, match="nothing that could be read"):
        await anext((await _begun(home, idle)).readings())


async def test_each_socket_of_a_strip_is_a_device_of_its_own(home: Home) -> None:
    strip = home.plug(1)
    await home.join(strip)
    assert home.mesh.app is not None
    node: Any = next(device for device in home.mesh.app.devices.values() if str(device.ieee) == strip.id)
    second = node.add_endpoint(2)
    second.profile_id, second.status = 0x0104, 1
    second.add_input_cluster(0x0006)
    addresses = [one.address for one in await home.integration.discover()]
    assert addresses == [f"{strip.id}/1", f"{strip.id}/2"]
    device = home.integration.setup(DeviceId("first"), Found("zigbee", addresses[0]))
    assert (await home.tell(device, 1.0)).kind is OutcomeKind.DONE
    assert strip.on


async def test_what_must_not_stay_on_without_us_is_switched_off_by_its_own_timer(home: Home) -> None:
    plug = home.plug(1)
    device = await _begun(home, plug)
    cut = {"fail_safe": FailSafe.CUT_POWER}
    assert await home.tell(device, 2000.0, lasts=timedelta(minutes=10), **cut) == Outcome(OutcomeKind.DONE)
    await home.clock.advance(timedelta(minutes=10) - timedelta(seconds=1))
    assert plug.on
    await home.clock.advance(timedelta(seconds=1))  # nobody renewed it
    assert not plug.on


async def test_a_plug_without_a_timer_and_a_time_too_long_for_it_are_simply_switched_on(home: Home) -> None:
    plug = home.plug(1)
    device = await _begun(home, plug)
    cut = {"fail_safe": FailSafe.CUT_POWER}
    assert (await home.tell(device, 1.0, lasts=timedelta(hours=2), **cut)).kind is OutcomeKind.DONE
    await home.clock.advance(timedelta(hours=2))
    assert plug.on
    plug.switch(False)
    plug.has_timer = False
    assert (await home.tell(device, 1.0, **cut)).kind is OutcomeKind.DONE
    assert plug.on


async def test_reports_that_a_device_forgot_are_ordered_again(home: Home) -> None:
    plug = home.plug(1)
    readings = (await _begun(home, plug)).readings()
    await anext(readings)
    plug.forget()  # it was reset
    asked = asyncio.ensure_future(anext(readings))
    await home.clock.advance(timedelta(seconds=90))
    assert Quantity.POWER_W in values(await asked)
    plug.switch(True)
    home.mesh.report()
    assert values(await anext(readings))[Quantity.SWITCH] == 1.0
    await close(readings)


async def test_the_readings_of_a_device_that_leaves_end_at_once(home: Home) -> None:
    plug = home.plug(1)
    readings = (await _begun(home, plug)).readings()
    await anext(readings)
    asked = asyncio.ensure_future(anext(readings))
    await asyncio.sleep(0)
    home.mesh.leave(plug)
    with pytest.raises(DeviceSilentError, match=r"kettle \(Zigbee\): it left the network"):
        await asked


async def test_the_readings_of_a_device_end_with_the_stick_and_begin_with_it(home: Home) -> None:
    plug = home.plug(1)
    device = await _begun(home, plug)
    readings = device.readings()
    await anext(readings)
    asked = asyncio.ensure_future(anext(readings))
    await asyncio.sleep(0)
    home.mesh.lose_radio()
    with pytest.raises(DeviceSilentError, match="the Zigbee stick is not open"):
        await asked
    readings = device.readings()
    await home.serve()
    await home.join(plug)
    assert Quantity.POWER_W in values(await anext(readings))
    await home.stop()
    await home.serve()
    await home.join(plug)
    with pytest.raises(DeviceSilentError, match="it is known anew"):
        await anext(readings)


async def test_an_answer_about_something_that_was_not_asked_has_no_meaning(home: Home) -> None:
    plug = home.plug(1)
    device = await _begun(home, plug)
    honest = plug.hear

    def confused(message: Message) -> tuple[Message, ...]:
        return tuple(
            replace(answer, data=answer.data[:3] + b"\xfe\xff" + answer.data[5:])
            for answer in honest(message)
        )

    plug.hear = confused  # type: ignore[method-assign]
    with pytest.raises(DeviceSilentError, match="its answer has no meaning"):
        await anext(device.readings())
