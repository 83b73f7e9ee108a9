"""The session with a broker that errs: it refuses, is silent, says garbage, forbids; and cut lines."""

import asyncio
import gc
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.mqtt.integration import build
from drrouter.adapters.devices.mqtt.payload import Payload
from drrouter.adapters.devices.mqtt.session import Session
from drrouter.adapters.devices.mqtt.settings import MqttSettings
from drrouter.adapters.executor import InlineExecutor
from drrouter.domain.instruction import Outcome, OutcomeKind
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceRefusedError, DeviceSilentError
from drrouter.ports import Surroundings
from drrouter.sim.wire.mqtt import FakeTasmota, SmallBroker
from drrouter.sim.wire.mqtt.broker import Fault
from tests.adapters.kasa.kettle import Kettle
from tests.adapters.mqtt.broker import PASSWORD, HomeBroker
from tests.adapters.mqtt.conftest import Home, at_home, drain

Enter = Callable[[Any], Awaitable[Any]]
MAC = "A4:CF:12:00:00:01"


@pytest.fixture
async def home(small: SmallBroker, clock: SimulatedClock, tmp_path: Path) -> AsyncIterator[Home]:
    async with at_home(small.port, clock, tmp_path) as home:
        yield home


@pytest.fixture
async def tasmota(small: SmallBroker, kettle: Kettle, clock: SimulatedClock, enter: Enter) -> FakeTasmota:
    fake: FakeTasmota = await enter(FakeTasmota(small.host, small.port, "plug", kettle, now=clock.now))
    return fake


async def test_a_device_whose_last_will_was_said_is_gone_and_comes_back(
    home: Home, small: SmallBroker, tasmota: FakeTasmota
) -> None:
    device = await home.device(MAC)
    await home.read_until(device, Quantity.SWITCH)
    small.fault = Fault.SILENT  # it shall not come back at once
    small.drop("DVES_plug")
    with pytest.raises(DeviceSilentError, match=r"kettle \(MQTT\): it is away"):
        await drain(device)
    assert await home.integration.discover() == ()
    assert (await home.tell(device, 1.0)).kind is OutcomeKind.SILENT
    small.fault = Fault.NONE
    await home.found(MAC)
    assert tasmota.connections == 2
    assert await home.tell(device, 1.0) == Outcome(OutcomeKind.DONE)


async def test_what_we_say_of_ourselves_is_retained_and_our_last_will(home: Home, small: SmallBroker) -> None:
    await home.integration.discover()
    assert small.retained["drrouter/drrouter/status"].payload == b"online"
    small.fault = Fault.SILENT
    small.drop("drrouter")
    with pytest.raises(DeviceSilentError):
        await home.integration.discover()
    assert small.retained["drrouter/drrouter/status"].payload == b"offline"


async def test_we_say_goodbye_where_we_leave_by_ourselves(
    small: SmallBroker, clock: SimulatedClock, tmp_path: Path
) -> None:
    async with at_home(small.port, clock, tmp_path) as home:
        await home.integration.discover()
    assert small.retained["drrouter/drrouter/status"].payload == b"offline"


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.GARBAGE, Fault.HALF])
async def test_a_broker_that_answers_nothing_usable_is_silent(
    small: SmallBroker, clock: SimulatedClock, tmp_path: Path, fault: Fault
) -> None:
    small.fault = fault
    integration = build(_settings(small.port), _surroundings(clock, tmp_path))
    with pytest.raises(DeviceSilentError, match="does not answer"):
        await integration.serve()
    with pytest.raises(DeviceSilentError, match="no session"):
        await integration.discover()


async def test_nobody_at_the_port_is_a_silent_broker(
    small: SmallBroker, clock: SimulatedClock, tmp_path: Path
) -> None:
    await small.stop()
    with pytest.raises(DeviceSilentError, match="does not answer"):
        await build(_settings(small.port), _surroundings(clock, tmp_path)).serve()


async def test_a_wrong_password_is_refused_and_never_shown(
    broker: HomeBroker, clock: SimulatedClock, tmp_path: Path
) -> None:
    settings = _settings(broker.port, username="router", password_file="secret")
    surroundings = Surroundings(clock, InlineExecutor(), tmp_path, lambda _: "wrong sesame")
    with pytest.raises(DeviceRefusedError, match="lets us not in") as caught:
        await build(settings, surroundings).serve()
    assert "sesame" not in str(caught.value)


async def test_the_right_password_opens(broker: HomeBroker, clock: SimulatedClock, tmp_path: Path) -> None:
    async with at_home(broker.port, clock, tmp_path, username="router", password_file="secret") as home:
        assert await home.integration.discover() == ()


@pytest.fixture
async def sealed(tmp_path: Path) -> AsyncIterator[SmallBroker]:
    """A broker that speaks TLS; whom it is to be trusted by stands in ca.pem."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    async with SmallBroker(tls=context) as broker:
        yield broker


async def test_a_trusted_broker_is_talked_to_over_tls(
    sealed: SmallBroker, clock: SimulatedClock, tmp_path: Path
) -> None:
    async with at_home(sealed.port, clock, tmp_path, tls=True, ca_file="ca.pem") as home:
        assert await home.integration.discover() == ()


# paho leaves its socket to the collector of garbage where the handshake fails
@pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"
)
async def test_a_broker_whose_certificate_nobody_vouches_for_is_not_talked_to(
    sealed: SmallBroker, clock: SimulatedClock, tmp_path: Path
) -> None:
    with pytest.raises(DeviceSilentError, match="certificate verify failed"):
        await build(_settings(sealed.port, tls=True), _surroundings(clock, tmp_path)).serve()
    gc.collect()


async def test_a_broker_that_forbids_everything_shows_nobody_and_is_asked_once(
    small: SmallBroker, clock: SimulatedClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    small.fault = Fault.FORBIDS
    async with at_home(small.port, clock, tmp_path, timeout_s=0.2) as home:
        assert await home.integration.discover() == ()
        assert await home.integration.discover() == ()
    assert caplog.text.count("does not let us hear drrouter/drrouter/echo") == 1
    assert "does not let us follow 'tasmota/discovery/+/config'" in caplog.text


async def test_a_message_that_is_too_long_is_dropped(
    small: SmallBroker, clock: SimulatedClock, tmp_path: Path, enter: Enter, caplog: pytest.LogCaptureFixture
) -> None:
    session = Session(_settings(small.port), None, tmp_path, InlineExecutor())
    heard: asyncio.Queue[int] = asyncio.Queue()
    session.follow(["long"], lambda _, payload: heard.put_nowait(len(payload.raw)))
    session.follow(["list"], lambda _, payload: heard.put_nowait(len(payload.json)), 1_000_000)
    serving = asyncio.create_task(session.run())
    await session.settled()
    speaker = await enter(FakeTasmota(small.host, small.port, "plug", Kettle(clock.now, 1.0), now=clock.now))
    await speaker.say("long", "x" * 70_000)
    await speaker.say("list", "[" + "1," * 50_000 + "1]")
    assert await heard.get() == 50_001
    assert "'long' of 70000 bytes is too long" in caplog.text
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def test_who_follows_a_topic_later_hears_what_was_said_last(
    small: SmallBroker, clock: SimulatedClock, tmp_path: Path, enter: Enter
) -> None:
    session = Session(_settings(small.port), None, tmp_path, InlineExecutor())
    heard: list[tuple[bytes, bool]] = []

    def listen(_: str, payload: Payload) -> None:
        heard.append((payload.raw, payload.retained))

    said = asyncio.Event()
    session.follow(["a"], lambda _topic, _payload: said.set())
    serving = asyncio.create_task(session.run())
    await session.settled()
    speaker = await enter(FakeTasmota(small.host, small.port, "plug", Kettle(clock.now, 1.0), now=clock.now))
    await speaker.say("a", "1")
    await said.wait()
    session.follow(["a"], listen)
    assert heard == [(b"1", True)]
    session.leave(["a"], listen)
    session.leave(["a"], listen)
    await session.settled()
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def test_nothing_is_said_on_a_topic_that_is_none(
    small: SmallBroker, clock: SimulatedClock, tmp_path: Path
) -> None:
    session = Session(_settings(small.port), None, tmp_path, InlineExecutor())
    serving = asyncio.create_task(session.run())
    await session.settled()
    with pytest.raises(DeviceSilentError, match="did not take"):
        await session.publish("#", "x")
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def test_a_device_that_is_set_up_anew_is_heard_by_the_new_handle_alone(
    home: Home, tasmota: FakeTasmota
) -> None:
    old = await home.device(MAC)
    new = await home.device(MAC)
    assert await home.tell(new, 1.0) == Outcome(OutcomeKind.DONE)
    readings = new.readings()
    assert Quantity.SWITCH in {reading.quantity for reading in await anext(readings)}
    await home.clock.advance(timedelta(minutes=16))
    with pytest.raises(DeviceSilentError, match="said nothing"):
        await anext(_without_asking(old))


def _without_asking(device: Any) -> AsyncIterator[Any]:
    device._ask = _nothing
    iterator: AsyncIterator[Any] = device.readings()
    return iterator


async def _nothing() -> None:
    return


def _settings(port: int, **more: object) -> MqttSettings:
    return MqttSettings.model_validate({"host": "127.0.0.1", "port": port, "timeout_s": 0.5} | more)


def _surroundings(clock: SimulatedClock, folder: Path) -> Surroundings:
    return Surroundings(clock, InlineExecutor(), folder, lambda _: PASSWORD)
