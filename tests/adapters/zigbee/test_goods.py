"""White goods behind zigpy's stack: armed, started, paused, cooled ahead, and answered what they ask."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from drrouter.adapters.devices.zigbee.clusters import POWER_PROFILE, OurPowerProfile
from drrouter.adapters.devices.zigbee.programmes import power_profiles, programme
from drrouter.domain.flexibility import Programme
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Outcome, OutcomeKind
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceRefusedError, DeviceSilentError
from drrouter.ports import Asking, Device, Quote
from drrouter.sim.wire.zigbee import Fault, Freezer, Node, Phase, State, Washer
from drrouter.sim.wire.zigbee.frames import Status
from drrouter.sim.wire.zigbee.goods import WhiteGood
from tests.adapters.zigbee.conftest import Home, close, until, values
from tests.adapters.zigbee.kettle import Kettle

ECO = (
    Phase(1, 1, 20, 2100, 690, 0xFFFF),
    Phase(2, 2, 55, 180, 165, 5),
    Phase(3, 3, 12, 400, 80, 0),
)
SHORT = (Phase(1, 1, 30, 2000, 900, 0xFFFF),)


def _washer(now: Callable[[], datetime]) -> Washer:
    ieee = bytes.fromhex("00124b000a0b0d01")
    return Washer(ieee, 0x2001, Kettle(now, 500.0), now=now, programmes=[ECO, SHORT])


def _freezer(now: Callable[[], datetime]) -> Freezer:
    return Freezer(bytes.fromhex("00124b000a0b0d02"), 0x2002, Kettle(now, 90.0), now=now)


@pytest.fixture
def washer(home: Home) -> Washer:
    return _washer(home.clock.now)


@pytest.fixture
def freezer(home: Home) -> Freezer:
    return _freezer(home.clock.now)


def _state(good: WhiteGood) -> State:
    return good.state


async def _device(home: Home, node: Node) -> Device:
    return home.integration.setup(DeviceId("machine"), await home.join(node))


def _has_said_more_than(washer: Washer, said: int) -> bool:
    return len(washer.answers) > said


def _heard(washer: Washer, ending: bytes) -> bool:
    return washer.heard[-1].data[2:] == ending


async def _cluster(home: Home, washer: Washer) -> OurPowerProfile:
    await home.join(washer)
    assert home.mesh.app is not None
    node = next(device for device in home.mesh.app.devices.values() if str(device.ieee) == washer.id)
    cluster = node.endpoints[1].in_clusters[POWER_PROFILE]  # type: ignore[attr-defined]
    assert isinstance(cluster, OurPowerProfile)
    return cluster


async def test_a_machine_that_nobody_armed_waits_for_its_person(home: Home, washer: Washer) -> None:
    device = await _device(home, washer)
    readings = device.readings()
    assert values(await anext(readings)) == {Quantity.SWITCH: 0.0, Quantity.ARMED: 0.0}
    outcome = await home.tell(device, 500.0)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "press Remote Start" in outcome.sentence
    await close(readings)


async def test_an_armed_machine_says_so_is_started_and_paused(home: Home, washer: Washer) -> None:
    device = await _device(home, washer)
    readings = device.readings()
    await anext(readings)
    assert 0x001B in washer.bound
    washer.load_and_arm()
    home.mesh.hear(washer.notification())
    assert values(await anext(readings)) == {Quantity.SWITCH: 0.0, Quantity.ARMED: 1.0}
    assert await home.tell(device, 500.0) == Outcome(OutcomeKind.DONE)
    assert _state(washer) is State.RUNNING
    assert await home.tell(device, 500.0) == Outcome(OutcomeKind.DONE)  # it runs already
    assert await home.tell(device, 0.0) == Outcome(OutcomeKind.DONE)
    assert _state(washer) is State.PAUSED
    assert await home.tell(device, 0.0) == Outcome(OutcomeKind.DONE)  # it stands already
    assert await home.tell(device, 500.0) == Outcome(OutcomeKind.DONE)
    assert _state(washer) is State.RUNNING
    await close(readings)


async def test_an_opened_door_disarms_the_machine(home: Home, washer: Washer) -> None:
    washer.load_and_arm()
    readings = (await _device(home, washer)).readings()
    assert values(await anext(readings))[Quantity.ARMED] == 1.0
    washer.open_door()
    asked = asyncio.ensure_future(anext(readings))
    await home.clock.advance(timedelta(seconds=30))  # it does not say so; it is asked
    assert values(await asked)[Quantity.ARMED] == 0.0
    await close(readings)


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Fault.REFUSES, OutcomeKind.REFUSED, "it refuses (FAILURE)"),
        (Fault.IGNORES, OutcomeKind.REFUSED, "it acknowledged to start, but did not"),
        (Fault.SILENT, OutcomeKind.SILENT, "no answer"),
        (Fault.HALF, OutcomeKind.SILENT, "no usable answer"),
        (Fault.GARBAGE, OutcomeKind.REFUSED, "press Remote Start"),  # no state that is known
    ],
)
async def test_what_a_machine_did_not_do_is_said(
    home: Home, washer: Washer, fault: Fault, kind: OutcomeKind, words: str
) -> None:
    washer.load_and_arm()
    device = await _device(home, washer)
    washer.fault = fault
    outcome = await home.tell(device, 500.0)
    assert outcome.kind is kind
    assert words in outcome.sentence
    assert _state(washer) is State.WAITING


async def test_a_machine_that_takes_its_time_to_start_has_started(home: Home, washer: Washer) -> None:
    washer.load_and_arm()
    device = await _device(home, washer)
    readings = device.readings()
    await anext(readings)
    washer.fault = Fault.IGNORES
    telling = asyncio.create_task(home.tell(device, 500.0))
    await until(lambda: any(message.data[2:4] == b"\x00\x01" for message in washer.heard))
    asked = len(washer.heard) + 1
    await until(lambda: len(washer.heard) >= asked)
    await asyncio.sleep(0)
    washer.state = State.RUNNING
    home.mesh.hear(washer.notification())
    assert await telling == Outcome(OutcomeKind.DONE)
    await close(readings)


async def test_a_machine_that_does_not_answer_at_first_is_silent(home: Home, washer: Washer) -> None:
    device = await _device(home, washer)
    washer.fault = Fault.SILENT
    with pytest.raises(DeviceSilentError):
        await anext(device.readings())


async def test_a_freezer_is_held_let_go_and_cooled_ahead(home: Home, freezer: Freezer) -> None:
    device = await _device(home, freezer)
    readings = device.readings()
    assert values(await anext(readings)) == {
        Quantity.SWITCH: 1.0,
        Quantity.MODE: 1.0,
        Quantity.TEMPERATURE_C: pytest.approx(-18.0),
    }
    for mode, state in (
        (0, State.PAUSED),
        (2, State.SUPERFREEZING),
        (0, State.PAUSED),
        (1, State.RUNNING),
        (2, State.SUPERFREEZING),
        (1, State.RUNNING),
    ):
        assert await home.tell(device, 90.0 * mode, mode=mode) == Outcome(OutcomeKind.DONE)
        assert _state(freezer) is state
    assert await home.tell(device, 0.0) == Outcome(OutcomeKind.DONE)
    assert _state(freezer) is State.PAUSED
    assert await home.tell(device, 90.0) == Outcome(OutcomeKind.DONE)
    assert _state(freezer) is State.RUNNING
    freezer.fault = Fault.IGNORES
    outcome = await home.tell(device, 0.0)
    assert "it acknowledged to change its mode, but did not" in outcome.sentence
    await close(readings)


async def test_the_programmes_of_a_machine_are_read_with_all_six_fields(home: Home, washer: Washer) -> None:
    cluster = await _cluster(home, washer)
    eco, short = await power_profiles(cluster, 0.3)
    assert [(phase.expected_duration, phase.peak_power, phase.energy) for phase in eco.phases] == [
        (20, 2100, 690),
        (55, 180, 165),
        (12, 400, 80),
    ]
    assert [phase.max_activation_delay for phase in eco.phases] == [0xFFFF, 5, 0]
    assert (eco.total_profile_num, short.power_profile_id) == (2, 2)
    _, wash = await programme(cluster, 1, 0.3)
    assert wash.duration == timedelta(minutes=87)
    assert wash.energy_wh == pytest.approx(935, abs=1)
    assert [phase.max_pause for phase in wash.phases] == [timedelta(minutes=5), timedelta(0), timedelta(0)]


async def test_a_programme_that_cannot_be_is_no_answer(home: Home) -> None:
    endless = [Phase(1, 1, 0xFFFF, 100, 1, 0)]
    washer = Washer(
        bytes.fromhex("00124b000a0b0d09"),
        0x2009,
        Kettle(home.clock.now, 1.0),
        now=home.clock.now,
        programmes=[endless, []],
    )
    cluster = await _cluster(home, washer)
    with pytest.raises(DeviceSilentError, match="longer than a day"):
        await programme(cluster, 1, 0.3)
    with pytest.raises(DeviceSilentError):
        await programme(cluster, 2, 0.3)
    with pytest.raises(DeviceRefusedError):
        await programme(cluster, 3, 0.3)
    washer.clusters[POWER_PROFILE].commands[0x00] = lambda _: (0x02, b"\x00")  # the wrong answer
    with pytest.raises(DeviceSilentError, match="no power profile"):
        await programme(cluster, 1, 0.3)


class Router:
    """Knows one start and one price, and remembers what it was asked."""

    def __init__(self, start: datetime | None) -> None:
        self.start = start
        self.asked: list[tuple[DeviceId, Programme, bool]] = []

    async def quote(
        self, device_id: DeviceId, wanted: Programme, promised: bool, window: object = None
    ) -> Quote | None:
        self.asked.append((device_id, wanted, promised))
        return Quote(self.start, 0.2345, "EUR") if self.start else None


async def test_a_machine_that_asks_for_its_options_is_given_a_schedule(home: Home, washer: Washer) -> None:
    router = Router(home.clock.now() + timedelta(minutes=89, seconds=20))
    assert isinstance(home.integration, Asking)
    home.integration.answer_with(router.quote)
    readings = (await _device(home, washer)).readings()
    await anext(readings)
    home.mesh.hear(washer.ask_schedule(1))
    await until(lambda: bool(washer.schedule))
    assert washer.schedule == {1: 90, 2: 0, 3: 0}
    ((device_id, wanted, promised),) = router.asked
    assert (device_id, promised, len(wanted.phases)) == ("machine", True, 3)
    await close(readings)


async def test_a_machine_that_asks_for_prices_is_told_them(home: Home, washer: Washer) -> None:
    router = Router(home.clock.now())
    home.integration.answer_with(router.quote)
    readings = (await _device(home, washer)).readings()
    await anext(readings)
    euros = bytes.fromhex("d2032909000004")  # 978, 2345, four digits after the point
    for question in (
        washer.ask_price,
        washer.ask_extended_price,
        washer.ask_schedule,
        washer.ask_overall_price,
    ):
        said = len(washer.answers)
        home.mesh.hear(question())
        await until(partial(_has_said_more_than, washer, said))
    assert washer.answers[0] == (0x02, b"\x01" + euros)
    assert washer.answers[1] == (0x08, b"\x01" + euros)
    assert washer.answers[3] == (0x03, euros)
    assert [promised for _, _, promised in router.asked] == [False, False, True]
    await close(readings)


async def test_a_machine_is_told_that_nothing_was_found_where_the_router_has_no_answer(
    home: Home, washer: Washer
) -> None:
    router = Router(None)
    home.integration.answer_with(router.quote)
    readings = (await _device(home, washer)).readings()
    await anext(readings)
    for question in (washer.ask_schedule, washer.ask_overall_price):
        message = question()
        home.mesh.hear(message)
        not_found = bytes([message.data[2], 0x8B])
        await until(partial(_heard, washer, b"\x0b" + not_found))
        assert washer.heard[-1].data[1] == message.data[1]  # the sequence number of the question
    await close(readings)


async def test_a_machine_that_asks_and_then_says_nothing_costs_nothing(
    home: Home, washer: Washer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    home.integration.answer_with(Router(home.clock.now()).quote)
    readings = (await _device(home, washer)).readings()
    await anext(readings)
    question = washer.ask_schedule()
    washer.fault = Fault.SILENT
    home.mesh.hear(question)
    await until(lambda: "asked and could not be answered" in caplog.text)
    await close(readings)


async def test_a_machine_gets_a_receipt_where_nobody_answers(home: Home, washer: Washer) -> None:
    readings = (await _device(home, washer)).readings()
    await anext(readings)
    question = washer.ask_schedule()
    plain = bytes([question.data[0] & ~0x10]) + question.data[1:]  # it wants a default response
    home.mesh.hear(type(question)(question.nwk, question.endpoint, question.cluster, plain))
    await until(lambda: washer.heard[-1].data[2:] == b"\x0b\x06\x00")
    await close(readings)


async def test_a_machine_that_answers_something_else_has_no_state(home: Home, washer: Washer) -> None:
    washer.clusters[0x001B].commands[0x01] = lambda _: Status.SUCCESS  # a receipt where a state was asked for
    device = await _device(home, washer)
    with pytest.raises(DeviceSilentError, match="its answer has no meaning"):
        await anext(device.readings())
