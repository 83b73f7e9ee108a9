"""Registers become numbers, and the chain of models is found and walked wherever it begins."""

import math
import struct
from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.modbus.line import Line
from drrouter.adapters.devices.modbus.points import (
    INVERTERS,
    LEVELS,
    LIMIT,
    METERS,
    STORAGE,
    Point,
    text_of,
    value_of,
    values_of,
)
from drrouter.adapters.devices.modbus.sunspec import SunSpec
from drrouter.errors import DeviceSilentError, DeviceUnknownError
from drrouter.sim.wire.modbus import FakeModbus, FakeSunSpec, Identity, Model

TABLES = [*INVERTERS.values(), *METERS.values(), *LEVELS.values(), LIMIT, STORAGE]


class Still(FakeSunSpec):
    """A unit in which nothing happens."""

    def __init__(self, models: list[Model], now: Callable[[], datetime], base: int = 40000) -> None:
        super().__init__(1, models, now=now, identity=Identity(), base=base)

    def live(self, seconds: float) -> None:
        """Nothing."""


def float_words(value: float) -> list[int]:
    return list(struct.unpack(">HH", struct.pack(">f", value)))


@pytest.mark.parametrize(
    ("point", "registers", "value"),
    [
        (Point(0, "int16"), [0xFFFF], -1.0),
        (Point(0, "uint16", 1), [12, 2], 1200.0),
        (Point(0, "uint16", 1), [1234, 0xFFFE], 12.34),
        (Point(0, "acc32", 2), [1, 2, 0], 65538.0),
        (Point(0, "uint64"), [0, 0, 0, 7], 7.0),
        (Point(0, "float32"), float_words(-2.5), -2.5),
        (Point(0, "uint16", 5), [7], 7.0),
    ],
)
def test_a_value_is_read_in_its_form_and_scale(point: Point, registers: list[int], value: float) -> None:
    assert value_of(point, registers) == pytest.approx(value)


@pytest.mark.parametrize(
    ("point", "registers"),
    [
        (Point(0, "int16"), [0x8000]),
        (Point(0, "uint16"), [0xFFFF]),
        (Point(0, "acc32"), [0xFFFF, 0xFFFF]),
        (Point(0, "uint64"), [0xFFFF] * 4),
        (Point(0, "float32"), [0x7FC0, 0]),
        (Point(0, "float32"), [0xFFFF, 0xFFFF]),
        (Point(3, "uint16"), [1, 2]),
        (Point(1, "acc32"), [1, 2]),
    ],
)
def test_what_a_device_does_not_have_is_no_value(point: Point, registers: list[int]) -> None:
    assert value_of(point, registers) is None


def test_a_scale_that_cannot_be_makes_the_value_no_number() -> None:
    for scale in (0x8000, 11, 0xFFF5):
        value = value_of(Point(0, "uint16", 1), [5, scale])
        assert value is not None
        assert math.isnan(value)


@given(st.lists(st.integers(0, 0xFFFF), max_size=130), st.sampled_from(TABLES))
def test_any_registers_can_be_read(registers: list[int], table: dict[str, Point]) -> None:
    assert all(isinstance(value, float) for value in values_of(table, registers).values())


def test_a_text_ends_at_its_first_zero() -> None:
    assert text_of([0x4100, 0x4242]) == "A"
    assert text_of([0xFFFF]) == "\ufffd\ufffd"


@pytest.mark.parametrize("base", [40000, 50000, 0])
async def test_the_chain_is_found_wherever_it_begins(clock: SimulatedClock, base: int) -> None:
    unit = Still([Model(103, 50), Model(64001, 7), Model(123, 24), Model(103, 50)], clock.now, base)
    async with FakeModbus([unit]) as gateway, Line("127.0.0.1", gateway.port, 5.0).conversation(1) as talk:
        spec = SunSpec()
        chain = await spec.chain(talk)
        assert chain.base == base
        assert {number: (place.address - base, place.length) for number, place in chain.places.items()} == {
            1: (2, 66),
            103: (70, 50),
            64001: (122, 7),
            123: (131, 24),
        }
        assert await spec.model(talk, 999) is None
        assert await spec.first(talk, {999: LIMIT}) == {}


async def test_a_model_longer_than_one_answer_is_read_in_pieces(clock: SimulatedClock) -> None:
    model = Model(701, 153)
    model[10], model[116] = 1234, 1
    async with (
        FakeModbus([Still([model], clock.now)]) as gateway,
        Line("127.0.0.1", gateway.port, 5.0).conversation(1) as talk,
    ):
        assert (await SunSpec().first(talk, INVERTERS))["power"] == 12_340.0


async def test_a_chain_that_never_ends_is_given_up(clock: SimulatedClock) -> None:
    endless = Still([Model(200, 0) for _ in range(200)], clock.now)
    far = Still([Model(200, 0)], clock.now)
    far.odd[200, 1] = 0xFFF0
    for unit in (endless, far):
        async with (
            FakeModbus([unit]) as gateway,
            Line("127.0.0.1", gateway.port, 5.0).conversation(1) as talk,
        ):
            with pytest.raises(DeviceSilentError, match="never ends"):
                await SunSpec().chain(talk)


async def test_what_speaks_no_sunspec_is_said(clock: SimulatedClock) -> None:
    unit = Still([], clock.now, base=123)
    async with FakeModbus([unit]) as gateway, Line("127.0.0.1", gateway.port, 5.0).conversation(1) as talk:
        with pytest.raises(DeviceUnknownError, match="speaks no SunSpec"):
            await SunSpec().identity(talk)


async def test_a_model_that_is_not_there_cannot_be_written(clock: SimulatedClock) -> None:
    unit = Still([], clock.now)
    async with FakeModbus([unit]) as gateway, Line("127.0.0.1", gateway.port, 5.0).conversation(1) as talk:
        with pytest.raises(DeviceUnknownError, match="123"):
            await SunSpec().write(talk, 123, 5, 0)


async def test_another_first_model_than_the_common_one_is_no_sunspec(clock: SimulatedClock) -> None:
    unit = Still([], clock.now)
    async with FakeModbus([unit]) as gateway, Line("127.0.0.1", gateway.port, 5.0).conversation(1) as talk:
        spec = SunSpec()
        await spec.identity(talk)
        unit.models[0].registers[0] = 2
        with pytest.raises(DeviceUnknownError, match="no more"):
            await spec.identity(talk)
