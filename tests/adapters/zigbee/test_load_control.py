"""A heater that obeys load control events and wants to know the price; and those clusters, by bytes."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from drrouter.adapters.devices.zigbee.clusters import OurLoadControl, OurPowerProfile, OurPrice
from drrouter.adapters.devices.zigbee.money import priced
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Outcome, OutcomeKind
from drrouter.domain.measurement import Quantity
from drrouter.ports import Device, EnergyPrice, PriceTelling
from drrouter.sim.wire.zigbee import Fault, LoadControlHeater
from tests.adapters.zigbee.conftest import Home, close, until, values
from tests.adapters.zigbee.kettle import Kettle


@pytest.fixture
def heater(home: Home) -> LoadControlHeater:
    kettle = Kettle(home.clock.now, 2000.0)
    return LoadControlHeater(bytes.fromhex("00124b000a0b0e01"), 0x3001, kettle, now=home.clock.now)


async def _device(home: Home, heater: LoadControlHeater) -> Device:
    return home.integration.setup(DeviceId("heater"), await home.join(heater))


async def test_a_shed_is_an_event_that_ends_by_itself(home: Home, heater: LoadControlHeater) -> None:
    device = await _device(home, heater)
    readings = device.readings()
    assert values(await anext(readings)) == {Quantity.SWITCH: 1.0}
    assert await home.tell(device, 0.0, lasts=timedelta(minutes=30)) == Outcome(OutcomeKind.DONE)
    assert heater.is_held
    ((_, ends),) = heater.events
    assert ends == home.clock.now() + timedelta(minutes=30)
    assert values(await anext(readings)) == {Quantity.SWITCH: 0.0}
    await home.clock.advance(timedelta(minutes=30))  # nobody renews it, and the router may be dead
    assert not heater.is_held
    asked = asyncio.ensure_future(anext(readings))
    await home.clock.advance(timedelta(seconds=30))
    assert values(await asked) == {Quantity.SWITCH: 1.0}
    await close(readings)


async def test_a_shed_is_ended_before_its_time_where_the_router_says_so(
    home: Home, heater: LoadControlHeater
) -> None:
    device = await _device(home, heater)
    assert await home.tell(device, 2000.0) == Outcome(OutcomeKind.DONE)
    assert heater.events == []  # no event runs that could be ended
    await home.tell(device, 0.0)
    assert await home.tell(device, 2000.0) == Outcome(OutcomeKind.DONE)
    assert not heater.is_held
    await home.tell(device, 0.0)
    numbers = [number for number, _ in heater.events]
    assert len(set(numbers)) == 2


async def test_a_heater_that_opts_out_or_takes_no_events_is_said(
    home: Home, heater: LoadControlHeater
) -> None:
    device = await _device(home, heater)
    heater.opts_out = True
    outcome = await home.tell(device, 0.0)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "somebody told it to opt out" in outcome.sentence
    heater.takes = False
    outcome = await home.tell(device, 0.0)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "takes no such event (status 0xfe)" in outcome.sentence
    heater.fault = Fault.SILENT
    outcome = await home.tell(device, 0.0)
    assert outcome.kind is OutcomeKind.SILENT
    assert "did not say within 0.3 s that it heard" in outcome.sentence


async def test_a_person_who_opts_out_later_is_seen_at_once(home: Home, heater: LoadControlHeater) -> None:
    device = await _device(home, heater)
    await home.tell(device, 0.0, lasts=timedelta(hours=2))
    readings = device.readings()
    assert values(await anext(readings)) == {Quantity.SWITCH: 0.0}
    home.mesh.hear(heater.opt_out())
    assert values(await anext(readings)) == {Quantity.SWITCH: 1.0}
    await close(readings)
    home.mesh.hear(heater.ask_events())  # nothing is planned ahead
    assert not heater.is_held


async def test_an_event_lasts_no_longer_than_a_day_and_as_long_as_a_minute(
    home: Home, heater: LoadControlHeater
) -> None:
    device = await _device(home, heater)
    await home.tell(device, 0.0, lasts=timedelta(days=3))
    await home.tell(device, 0.0, lasts=timedelta(seconds=5))
    lasts = [ends - home.clock.now() for _, ends in heater.events]
    assert lasts == [timedelta(days=1), timedelta(minutes=1)]


async def test_a_price_reaches_every_device_that_wants_it_and_is_told_again_on_request(
    home: Home, heater: LoadControlHeater
) -> None:
    await home.join(heater)
    await home.join(home.plug(1))
    now = home.clock.now()
    price = EnergyPrice(0.3127, "EUR", now, now + timedelta(minutes=15))
    assert isinstance(home.integration, PriceTelling)
    assert await home.integration.publish_price(price) == 1
    (told,) = heater.prices
    seconds = int((now - now.replace(year=2000, month=1, day=1, hour=0)).total_seconds())
    assert told == (
        (1).to_bytes(4, "little")
        + b"\0"
        + seconds.to_bytes(4, "little") * 2
        + bytes.fromhex("00 d203 40 00")
        + seconds.to_bytes(4, "little")
        + (15).to_bytes(2, "little")
        + (3127).to_bytes(4, "little")
    )
    home.mesh.hear(heater.ask_price())
    await until(lambda: len(heater.prices) == 2)


async def test_a_device_that_cannot_be_told_the_price_costs_the_others_nothing(
    home: Home, heater: LoadControlHeater
) -> None:
    await home.join(heater)
    home.mesh.vanish(heater)
    now = home.clock.now()
    price = EnergyPrice(-0.01, "XXX", now, now + timedelta(days=100))
    assert await home.integration.publish_price(price) == 0


async def test_a_device_that_asks_before_any_price_is_known_is_told_none(
    home: Home, heater: LoadControlHeater
) -> None:
    await home.join(heater)
    heard = len(heater.heard)
    home.mesh.hear(heater.ask_price())
    await asyncio.sleep(0)
    assert heater.prices == []
    assert len(heater.heard) == heard


@pytest.mark.parametrize("cluster", [OurLoadControl, OurPowerProfile, OurPrice])
def test_every_command_of_our_clusters_survives_a_round_trip(cluster: Any) -> None:
    for command in (*cluster.server_commands.values(), *cluster.client_commands.values()):
        schema = command.schema
        filled = schema(**{field.name: field.type(_some(field.type)) for field in schema.fields})
        again, rest = schema.deserialize(filled.serialize())
        assert (again, rest) == (filled, b"")


def _some(kind: Any) -> Any:
    if hasattr(kind, "_item_type"):
        item = kind._item_type
        return [item(**{field.name: field.type(1) for field in item.fields})] * 2
    return "day" if issubclass(kind, str) else 1


def test_a_price_without_a_number_for_its_currency_is_of_none() -> None:
    assert priced(1.5, "EUR") == (978, 15_000, 4)
    assert priced(1e9, "XTS") == (999, 0xFFFFFFFE, 4)
