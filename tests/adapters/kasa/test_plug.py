"""One plug driven over real bytes: switched, read, and met in each of its faults."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.kasa.integration import KasaIntegration
from drrouter.adapters.devices.kasa.settings import KasaSettings
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome, OutcomeKind
from drrouter.domain.measurement import Quality, Quantity, Reading
from drrouter.errors import DeviceRefusedError, DeviceSilentError, DeviceUnknownError
from drrouter.ports import Device, Found
from drrouter.sim.wire.kasa import FakePlug, Fault, Meter, mac_of

PlugIn = Callable[..., Awaitable[FakePlug]]
KETTLE = DeviceId("kettle")


@pytest.fixture
def plug(settings: KasaSettings, clock: SimulatedClock) -> Device:
    found = Found("kasa", "127.77.0.1", {"mac": mac_of("127.77.0.1")})
    return KasaIntegration(settings, clock).setup(KETTLE, found)


@pytest.fixture
def tell(plug: Device, clock: SimulatedClock) -> Callable[..., Awaitable[Outcome]]:
    numbers = iter(range(1000))

    async def send(power_w: float, name: str = "", lasts: timedelta = timedelta(minutes=5)) -> Outcome:
        name = name or f"instruction {next(numbers)}"
        return await plug.apply(Instruction(name, KETTLE, power_w, "test", clock.now() + lasts))

    return send


Tell = Callable[..., Awaitable[Outcome]]


async def _read(plug: Device, clock: SimulatedClock) -> dict[Quantity, Reading]:
    """The next batch; the poll period passes where needed."""
    readings = plug.readings()
    task = asyncio.ensure_future(anext(readings))
    await clock.advance(timedelta(seconds=10))
    try:
        return {reading.quantity: reading for reading in await task}
    finally:
        await readings.aclose()  # type: ignore[attr-defined]


async def test_a_plug_is_switched_on_and_off_and_read_back(plug_in: PlugIn, tell: Tell) -> None:
    fake = await plug_in(1)
    assert await tell(2000.0) == Outcome(OutcomeKind.DONE)
    assert fake.answers.on
    assert await tell(0.0) == Outcome(OutcomeKind.DONE)
    assert not fake.answers.on


@pytest.mark.parametrize("meter", Meter)
async def test_readings_state_switch_power_energy_and_voltage(
    plug_in: PlugIn, plug: Device, clock: SimulatedClock, meter: Meter
) -> None:
    fake = await plug_in(1, meter=meter)
    fake.answers.switch(True)
    await clock.advance(timedelta(hours=1))
    seen = await _read(plug, clock)
    assert {quantity: reading.value for quantity, reading in seen.items()} == {
        Quantity.SWITCH: 1.0,
        Quantity.POWER_W: 2000.0,
        Quantity.ENERGY_WH: 2000.0,
        Quantity.VOLTAGE_V: pytest.approx(231.0),
    }
    assert {reading.quality for reading in seen.values()} == {Quality.OK}
    assert {reading.device_id for reading in seen.values()} == {KETTLE}


async def test_readings_come_once_a_poll_period_over_one_connection(
    plug_in: PlugIn, plug: Device, clock: SimulatedClock
) -> None:
    fake = await plug_in(1)
    batches: list[Sequence[Reading]] = []

    async def collect() -> None:
        async for batch in plug.readings():
            batches.append(batch)

    task = asyncio.create_task(collect())
    await clock.advance(timedelta(seconds=59))
    assert len(batches) == 6
    assert fake.connections == 1
    assert len({batch[0].at for batch in batches}) == 6
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.GARBAGE, Fault.HALF, Fault.ENDLESS])
async def test_a_plug_that_gives_no_usable_answer_is_silent(
    plug_in: PlugIn, plug: Device, tell: Tell, clock: SimulatedClock, fault: Fault
) -> None:
    fake = await plug_in(1)
    fake.fault = fault
    outcome = await tell(2000.0)
    assert outcome.kind is OutcomeKind.SILENT
    assert "kettle (Kasa): no" in outcome.sentence
    with pytest.raises(DeviceSilentError, match="kettle"):
        await _read(plug, clock)
    fake.fault = Fault.NONE
    assert (await _read(plug, clock))[Quantity.SWITCH].value == 0.0
    assert (await tell(2000.0)).kind is OutcomeKind.DONE


async def test_a_plug_that_refuses_is_reported_as_refusing(plug_in: PlugIn, tell: Tell) -> None:
    fake = await plug_in(1)
    fake.fault = Fault.REFUSES
    outcome = await tell(2000.0)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "error -10" in outcome.sentence


async def test_a_plug_that_acknowledges_and_does_nothing_is_found_out(plug_in: PlugIn, tell: Tell) -> None:
    fake = await plug_in(1)
    fake.fault = Fault.IGNORES
    outcome = await tell(2000.0)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "its relay did not move" in outcome.sentence


@pytest.mark.parametrize("fault", [Fault.LIES, Fault.NOT_A_NUMBER])
async def test_an_impossible_power_is_marked_bad(
    plug_in: PlugIn, plug: Device, clock: SimulatedClock, fault: Fault
) -> None:
    fake = await plug_in(1, on=True)
    fake.fault = fault
    seen = await _read(plug, clock)
    assert seen[Quantity.POWER_W].quality is Quality.BAD
    assert math.isfinite(seen[Quantity.POWER_W].value)
    assert seen[Quantity.VOLTAGE_V].quality is Quality.OK


async def test_a_slow_plug_is_waited_for_within_the_time_out(plug_in: PlugIn, tell: Tell) -> None:
    fake = await plug_in(1)
    fake.fault, fake.delay_s = Fault.SLOW, 0.05
    assert (await tell(2000.0)).kind is OutcomeKind.DONE


async def test_a_plug_that_left_is_silent_and_works_again_when_it_is_back(
    plug_in: PlugIn, plug: Device, tell: Tell, clock: SimulatedClock
) -> None:
    fake = await plug_in(1)
    readings = plug.readings()
    await anext(readings)
    await fake.stop()
    task = asyncio.ensure_future(anext(readings))
    await clock.advance(timedelta(seconds=10))
    with pytest.raises(DeviceSilentError):
        await task
    assert (await tell(2000.0)).kind is OutcomeKind.SILENT
    await fake.start()
    assert (await tell(2000.0)).kind is OutcomeKind.DONE
    assert (await _read(plug, clock))[Quantity.POWER_W].value == 2000.0


async def test_another_plug_at_the_address_is_neither_commanded_nor_believed(
    plug_in: PlugIn, plug: Device, tell: Tell, clock: SimulatedClock
) -> None:
    stranger = await plug_in(1, "Stranger", mac="02:4B:00:00:00:99")
    outcome = await tell(2000.0)
    assert outcome.kind is OutcomeKind.IMPOSSIBLE
    assert "another plug answers (02:4B:00:00:00:99)" in outcome.sentence
    assert not stranger.answers.on
    with pytest.raises(DeviceUnknownError):
        await _read(plug, clock)


async def test_without_a_known_mac_the_first_plug_that_answers_is_kept(
    plug_in: PlugIn, settings: KasaSettings, clock: SimulatedClock
) -> None:
    first = await plug_in(1)
    device = KasaIntegration(settings, clock).setup(KETTLE, Found("kasa", "127.77.0.1"))
    order = Instruction("one", KETTLE, 1.0, "test", clock.now() + timedelta(minutes=1))
    assert (await device.apply(order)).kind is OutcomeKind.DONE
    await first.stop()
    await plug_in(1, "Stranger", mac="02:4B:00:00:00:99")
    assert (await device.apply(order)).kind is OutcomeKind.IMPOSSIBLE


async def test_an_old_instruction_that_comes_again_changes_nothing(plug_in: PlugIn, tell: Tell) -> None:
    fake = await plug_in(1)
    await tell(2000.0, "on")
    await tell(0.0, "off")
    requests = fake.requests
    assert (await tell(2000.0, "on")).kind is OutcomeKind.DONE
    assert fake.requests == requests
    assert not fake.answers.on


async def test_the_newest_instruction_that_comes_again_mends_what_a_hand_changed(
    plug_in: PlugIn, tell: Tell
) -> None:
    fake = await plug_in(1)
    await tell(2000.0, "on")
    fake.answers.switch(False)
    await tell(2000.0, "on")
    assert fake.answers.on


async def test_many_instructions_are_remembered_and_not_for_ever(plug_in: PlugIn, tell: Tell) -> None:
    fake = await plug_in(1)
    for number in range(70):
        await tell(float(number % 2), f"order {number}")
    requests = fake.requests
    await tell(0.0, "order 60")
    assert fake.requests == requests
    await tell(0.0, "order 0")
    assert fake.requests > requests


@pytest.mark.parametrize("power_w", [-1.0, math.nan, math.inf])
async def test_a_power_that_no_switch_can_have_is_impossible(
    plug_in: PlugIn, tell: Tell, power_w: float
) -> None:
    fake = await plug_in(1)
    assert (await tell(power_w)).kind is OutcomeKind.IMPOSSIBLE
    assert fake.requests == 0


async def test_an_expired_instruction_is_not_carried_out(plug_in: PlugIn, tell: Tell) -> None:
    fake = await plug_in(1)
    outcome = await tell(2000.0, lasts=timedelta(0))
    assert outcome.kind is OutcomeKind.IMPOSSIBLE
    assert fake.requests == 0


async def test_commands_to_one_plug_happen_one_after_the_other(plug_in: PlugIn, tell: Tell) -> None:
    fake = await plug_in(1)
    outcomes = await asyncio.gather(*(tell(float(number % 2)) for number in range(20)))
    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.DONE}
    assert fake.answers.on


async def test_a_command_does_not_wait_behind_a_slow_reading_which_is_then_taken_again(
    plug_in: PlugIn, plug: Device, tell: Tell, clock: SimulatedClock
) -> None:
    fake = await plug_in(1)
    readings = plug.readings()
    await anext(readings)
    honest, asked = fake.answers.answer, asyncio.Event()

    def answer(request: dict[str, object]) -> dict[str, object]:
        asked.set()
        return honest(request)

    fake.answers.answer = answer  # type: ignore[method-assign]
    fake.fault, fake.delay_s = Fault.SLOW, 0.4
    advancing = asyncio.create_task(clock.advance(timedelta(seconds=10)))
    reading = asyncio.ensure_future(anext(readings))
    await asked.wait()
    fake.fault = Fault.NONE
    assert (await tell(2000.0)).kind is OutcomeKind.DONE
    assert not reading.done()
    assert (await reading)[0].value == 1.0
    await advancing
    await readings.aclose()  # type: ignore[attr-defined]


async def test_a_plug_without_a_meter_still_tells_its_switch(
    plug_in: PlugIn, plug: Device, clock: SimulatedClock
) -> None:
    fake = await plug_in(1)
    honest = fake.answers.answer
    fake.answers.answer = lambda request: honest(request) | {"emeter": {"err_code": -1}}  # type: ignore[method-assign]
    assert set(await _read(plug, clock)) == {Quantity.SWITCH}


@pytest.mark.parametrize(
    "twisted",
    [{}, [], "on", {"system": 5}, {"system": {"get_sysinfo": []}}, {"system": {"err_code": -1}}],
    ids=str,
)
async def test_an_answer_of_the_wrong_shape_does_not_pass(plug_in: PlugIn, tell: Tell, twisted: Any) -> None:
    fake = await plug_in(1)
    fake.answers.answer = lambda request: twisted  # type: ignore[method-assign]
    assert (await tell(2000.0)).kind in (OutcomeKind.SILENT, OutcomeKind.REFUSED)


async def test_a_plug_that_answers_readings_with_an_error_is_reported(
    plug_in: PlugIn, plug: Device, clock: SimulatedClock
) -> None:
    fake = await plug_in(1)
    fake.answers.answer = lambda request: {"system": {"get_sysinfo": {"err_code": -5}}}  # type: ignore[method-assign]
    with pytest.raises(DeviceRefusedError, match="error -5"):
        await _read(plug, clock)
