"""Resource managers that contradict themselves, hurry, stall or take too much, amid commands, too."""

import asyncio
import logging
import socket
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import WSMsgType

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.pace import Pace
from drrouter.adapters.devices.s2.control import MOST_HELD, Descriptions, Held
from drrouter.adapters.devices.s2.integration import HURRIED
from drrouter.domain.flexibility import Programme
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import OutcomeKind
from drrouter.domain.measurement import Quantity
from drrouter.ports import Quote
from tests.adapters.devices.reading import read
from tests.adapters.s2.conftest import START, TOKEN, Dial, Join, Open, device_of, settings, tell, until
from tests.adapters.s2.described import message, modes, ombc
from tests.adapters.s2.raw import Raw, limits
from tests.adapters.s2.test_pebc import PEBC
from tests.adapters.s2.test_ppbc import Router, programs, standing, washer


async def update(raw: Raw, instruction: str, status_type: str) -> None:
    said = {"instruction_id": instruction, "status_type": status_type, "timestamp": START.isoformat()}
    assert (await raw.say("InstructionStatusUpdate", **said))["status"] == "OK"


async def test_what_was_accepted_and_given_up_before_it_was_received_is_not_done(
    listen: Open, dial: Dial, clock: SimulatedClock
) -> None:
    cem = await listen()
    raw = Raw(await dial(cem))
    await raw.begin(PEBC)
    assert (await raw.say("PEBC.PowerConstraints", **limits()))["status"] == "OK"
    telling = asyncio.create_task(tell(device_of(cem), clock, 1000))
    told = await raw.next("PEBC.Instruction")
    await update(raw, told["id"], "ACCEPTED")
    await update(raw, told["id"], "ABORTED")
    received = {"subject_message_id": told["message_id"], "status": "OK"}
    await raw.socket.send_json({"message_type": "ReceptionStatus", **received})
    outcome = await telling
    assert (outcome.kind, "ABORTED" in outcome.sentence) == (OutcomeKind.REFUSED, True)
    assert (await read(device_of(cem)))[Quantity.SETPOINT_W].value == 3000


async def test_a_switch_that_is_told_off_before_it_showed_that_it_is_on_counts_as_off(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    kind = ombc(modes(("on", 2100, 2100), ("off", 0, 0)), 1)
    kind.follows = lambda told: []
    await join(cem, selected="ombc", ombc=kind)
    device = device_of(cem)
    await until(device, lambda known: known.get(Quantity.SWITCH) == 0)
    assert (await tell(device, clock, 2100)).kind is OutcomeKind.DONE
    assert (await read(device))[Quantity.SWITCH].value == 1
    assert (await tell(device, clock, 0)).kind is OutcomeKind.DONE
    assert (await read(device))[Quantity.SWITCH].value == 0
    assert (await tell(device, clock, 0, name="again")).kind is OutcomeKind.DONE
    assert len(kind.given) == 2


async def test_a_machine_that_is_about_to_pause_is_not_said_to_go_on(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    kind = washer(programs(interruptible=True))
    manager = await join(cem, selected="ppbc", ppbc=kind)
    device = device_of(cem)
    await tell(device, clock, 2000)
    await kind.handled.wait()
    await until(device, lambda known: known[Quantity.SWITCH] == 1)
    kind.follows = lambda told: []
    assert (await tell(device, clock, 0)).kind is OutcomeKind.DONE
    early = await tell(device, clock, 2000, name="on again")
    assert (early.kind, "about to pause" in early.sentence) == (OutcomeKind.REFUSED, True)
    assert await manager.tell(standing(kind.given[-1], "INTERRUPTED")) == "OK"
    assert (await tell(device, clock, 2000, name="once more")).kind is OutcomeKind.DONE


@pytest.mark.parametrize("returns", [False, True])
async def test_the_way_that_was_promised_is_started_though_the_offer_is_made_again(
    listen: Open, join: Join, clock: SimulatedClock, returns: bool
) -> None:
    cem = await listen()
    router = Router(0.5, 0.2)
    cem.answer_with(router.quote)
    device = device_of(cem)
    offer = programs()
    manager = await join(cem, selected="ppbc", ppbc=washer(offer))
    await router.promised.wait()
    if returns:
        await manager.leave()
        manager = await join(cem, selected="ppbc", ppbc=washer(offer))
    else:
        assert await manager.tell(message(offer)) == "OK"
    await until(device, lambda known: known.get(Quantity.ARMED) == 1)
    await tell(device, clock, 2000)
    second = offer["power_sequences_containers"][0]["power_sequences"][1]
    assert str(manager.kinds["ppbc"].given[0].power_sequence_id) == second["id"]


class SlowRouter:
    """Thinks about the first question for ever."""

    def __init__(self) -> None:
        self.asked = 0
        self.thinks, self.answered = asyncio.Event(), asyncio.Event()

    async def quote(
        self, device: DeviceId, wanted: Programme, promised: bool, window: object
    ) -> Quote | None:
        self.asked += 1
        if self.asked == 1:
            self.thinks.set()
            await asyncio.Event().wait()
        if promised:
            self.answered.set()
        return Quote(START, 0.1, "EUR")


async def test_one_that_leaves_before_its_cycle_has_a_start_is_given_one_when_it_returns(
    listen: Open, join: Join
) -> None:
    cem, router, offer = await listen(), SlowRouter(), programs()
    cem.answer_with(router.quote)
    device_of(cem)
    manager = await join(cem, selected="ppbc", ppbc=washer(offer))
    await router.thinks.wait()
    await manager.leave()
    await join(cem, selected="ppbc", ppbc=washer(offer))
    await router.answered.wait()


async def test_one_that_offers_without_end_does_not_let_the_router_plan_without_end(
    listen: Open, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drrouter.adapters.devices.s2.resource.MOST_ASKS", 2.0)
    cem, router = await listen(), Router(*[0.1] * 400)
    cem.answer_with(router.quote)
    device_of(cem)
    manager = await join(cem, selected="ppbc", ppbc=washer())
    for _ in range(12):
        assert await manager.tell(message(programs())) == "OK"
    assert sum(promised for _, promised, _ in router.asked) <= 2


async def test_ways_through_a_profile_that_would_take_long_to_read_are_refused(
    listen: Open, dial: Dial
) -> None:
    def sequence(name: str, elements: int) -> dict[str, Any]:
        value = {"value_expected": 9, "commodity_quantity": "ELECTRIC.POWER.L1"}
        element = {"duration": 1000, "power_values": [value]}
        one = {"id": name, "elements": [element] * elements, "is_interruptible": False}
        return one | {"abnormal_condition_only": False}

    cem = await listen()
    raw = Raw(await dial(cem))
    await raw.begin("POWER_PROFILE_BASED_CONTROL")
    many = {"id": "c-0", "power_sequences": [sequence(f"s-{number}", 1) for number in range(50)]}
    long = [{"id": f"c-{n}", "power_sequences": [sequence(f"l-{n}", 288)]} for n in (1, 2)]
    window = {"start_time": START.isoformat(), "end_time": (START + timedelta(hours=9)).isoformat()}
    containers = {"power_sequences_containers": [many, *long]}
    status = await raw.say("PPBC.PowerProfileDefinition", id="p-1", **window, **containers)
    assert (status["status"], "elements" in status["diagnostic_label"]) == ("INVALID_CONTENT", True)


async def test_one_that_reads_no_answers_is_hung_up_on(listen: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pace.__init__, "__defaults__", (1e6, 1e6))
    cem = await listen(settings(timeout_s=0.2))
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    link.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(link, ("127.0.0.1", cem.port))
    asks = "GET /s2/rm HTTP/1.1\r\nHost: home\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    keys = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    await loop.sock_sendall(link, f"{asks}{keys}Authorization: Bearer {TOKEN}\r\n\r\n".encode())
    garbage = bytes((0x81, 0x80 + 2, 0, 0, 0, 0)) + b"{}"

    async def talk_on() -> None:
        while True:
            await loop.sock_sendall(link, garbage * 1000)

    with pytest.raises(OSError, match=r"reset|[Bb]roken"):
        await talk_on()
    link.close()
    assert await cem.discover() == ()


async def test_a_stranger_that_was_refused_keeps_no_connection(listen: Open) -> None:
    cem = await listen()
    for name, status in (("rm", b"401"), ("stranger", b"401"), ("a/b", b"404")):
        reader, writer = await asyncio.open_connection("127.0.0.1", cem.port)
        writer.write(f"GET /s2/{name} HTTP/1.1\r\nHost: home\r\n\r\n".encode())
        answer = await reader.read()
        assert answer.split(b" ")[1] == status
        assert b"Connection: close" in answer
        writer.close()


async def test_an_instruction_in_the_middle_of_which_another_connection_takes_over_is_silent(
    listen: Open, dial: Dial, clock: SimulatedClock
) -> None:
    faults: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
    cem = await listen()
    raw = Raw(await dial(cem))
    await raw.begin(PEBC)
    await raw.say("PEBC.PowerConstraints", **limits())
    telling = asyncio.create_task(tell(device_of(cem), clock, 1000))
    await raw.next("PEBC.Instruction")
    newer = Raw(await dial(cem))
    await newer.begin(PEBC)
    assert (await telling).kind is OutcomeKind.SILENT
    assert faults == []


def test_what_holds_is_not_forgotten_for_what_will_hold_later() -> None:
    descriptions: Descriptions[int] = Descriptions()
    for number in range(30):
        since = START + timedelta(minutes=number)
        descriptions.put(Held(f"d-{number}", since, None, number), START)
    assert len(descriptions.all()) == MOST_HELD
    held = descriptions.at(START)
    assert held is not None
    assert held.what == 0
    ahead: Descriptions[int] = Descriptions()
    for number in range(30):
        now = START + timedelta(seconds=number)
        ahead.put(Held(f"d-{number}", now + timedelta(seconds=20), None, number), now)
    assert ahead.at(START + timedelta(seconds=30)) is not None


async def test_two_that_share_an_id_are_told_once_and_not_at_every_connection(
    listen: Open, dial: Dial, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="drrouter")
    cem = await listen()
    for _ in range(HURRIED + 3):
        await Raw(await dial(cem)).receive("Handshake")
    said = [one.getMessage() for one in caplog.records]
    assert sum("do two resource managers use its id?" in one for one in said) == 1
    assert sum(one.endswith("is connected") for one in said) == HURRIED


async def test_no_log_has_the_token(listen: Open, dial: Dial, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    cem = await listen()
    raw = Raw(await dial(cem))
    await raw.begin(PEBC)
    await raw.say("ResourceManagerDetails", resource_id=TOKEN)
    for line in (f"Authorization: Bearer {TOKEN}\x01", f"Authorization Bearer {TOKEN}", f"\x00{TOKEN}"):
        reader, writer = await asyncio.open_connection("127.0.0.1", cem.port)
        writer.write(f"GET /s2/rm HTTP/1.1\r\nHost: home\r\n{line}\r\n\r\n".encode())
        await reader.read()
        writer.close()
    assert TOKEN not in caplog.text


async def measure(raw: Raw, clock: SimulatedClock, power_w: float) -> None:
    values = [{"commodity_quantity": "ELECTRIC.POWER.L1", "value": power_w}]
    said = {"measurement_timestamp": clock.now().isoformat(), "values": values}
    assert (await raw.say("PowerMeasurement", **said))["status"] == "OK"


@pytest.mark.parametrize(
    ("low_w", "high_w", "limit_w", "obeys_w", "beyond_w"),
    [
        (0, 3000, 1000, 1080, 2900),
        (0, 3000, 0, 90, 300),
        (-3000, 0, -1000, -900, -2900),
        (-3000, 0, 0, -50, -700),
    ],
)
async def test_a_limit_that_is_accepted_and_not_kept_does_not_count_as_held(
    listen: Open,
    dial: Dial,
    clock: SimulatedClock,
    low_w: float,
    high_w: float,
    limit_w: float,
    obeys_w: float,
    beyond_w: float,
) -> None:
    cem = await listen()
    device, raw = device_of(cem), Raw(await dial(cem))
    await raw.begin(PEBC)
    said = limits()
    for one in said["allowed_limit_ranges"]:
        upper = one["limit_type"] == "UPPER_LIMIT"
        one["range_boundary"] = {
            "start_of_range": 0 if upper else low_w,
            "end_of_range": high_w if upper else 0,
        }
    assert (await raw.say("PEBC.PowerConstraints", **said))["status"] == "OK"

    async def obey(name: str) -> None:
        telling = asyncio.create_task(tell(device, clock, limit_w, name=name))
        told = await raw.receive("PEBC.Instruction")
        await update(raw, told["id"], "ACCEPTED")
        assert (await telling).kind is OutcomeKind.DONE

    async def holds_w() -> float:
        return (await read(device))[Quantity.SETPOINT_W].value

    await obey("first")
    await measure(raw, clock, beyond_w)
    assert await holds_w() == limit_w
    await clock.advance(timedelta(seconds=61))
    await measure(raw, clock, obeys_w)
    assert await holds_w() == limit_w
    await measure(raw, clock, beyond_w)
    assert await holds_w() == beyond_w
    await obey("again")
    await measure(raw, clock, beyond_w)
    assert await holds_w() == beyond_w
    await clock.advance(timedelta(seconds=61))
    assert await holds_w() == limit_w
    await measure(raw, clock, beyond_w)
    assert await holds_w() == beyond_w
    await measure(raw, clock, obeys_w)
    assert await holds_w() == limit_w


async def test_pings_are_answered_and_pace_their_sender(
    listen: Open, dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    paced: list[Pace] = []

    def paces(pace: Pace) -> float:
        paced.append(pace)
        return 0.0

    monkeypatch.setattr(Pace, "wait_s", paces)
    raw = Raw(await dial(await listen(), autoping=False))
    await raw.receive("Handshake")
    before = len(paced)
    await raw.socket.pong(b"unasked")
    for number in range(5):
        await raw.socket.ping(b"%d" % number)
    answers = [await raw.socket.receive() for _ in range(5)]
    assert [one.type for one in answers] == [WSMsgType.PONG] * 5
    assert [bytes(one.data) for one in answers] == [b"0", b"1", b"2", b"3", b"4"]
    assert len(paced) - before >= 6


async def test_a_connection_whose_other_end_answers_pings_lives_on(
    listen: Open, dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drrouter.adapters.devices.s2.server.PING_S", 0.05)
    raw = Raw(await dial(await listen(), autoping=False))
    await raw.begin(PEBC)
    for _ in range(5):
        assert (await raw.socket.receive()).type is WSMsgType.PING
        await raw.socket.pong()
    assert (await raw.socket.receive()).type is WSMsgType.PING
    while not raw.socket.closed:
        await raw.socket.receive()
