"""Telegrams that are sealed, as Luxembourg's and Austria's meters send them."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dsmr_parser import telegram_specifications
from dsmr_parser.parsers import TelegramParser
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.p1.cipher import LUXEMBOURG_AUTHENTICATION, Seal, SealedFraming
from drrouter.adapters.devices.p1.framing import LARGEST_TELEGRAM
from drrouter.adapters.devices.p1.integration import P1Integration
from drrouter.adapters.devices.p1.settings import P1Settings
from drrouter.adapters.devices.p1.telegram import Reader
from drrouter.adapters.executor import InlineExecutor
from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceError, DeviceSilentError
from drrouter.ports import Found, Surroundings
from drrouter.sim.wire.p1 import Counts, FakeMeter, FakeTcpMeter, Fault, Sealing, dsmr5
from tests.adapters.p1.conftest import table

KEY = "0123456789ABCDEF0123456789ABCDEF"
OTHER = "FEDCBA9876543210FEDCBA9876543210"
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
PLAIN = dsmr5("E0043007052870318", NOON, (300.0, 0.0, -1200.0), Counts((1e6, 2e6)))
SEALED = Sealing(bytes.fromhex(KEY))(PLAIN)


def test_a_sealed_telegram_is_opened_and_read() -> None:
    assert Seal(KEY).opened(SEALED) == PLAIN
    assert Reader("luxembourg", Seal(KEY)).read(SEALED) == Reader("luxembourg").read(PLAIN)


def test_the_fake_seals_as_the_library_opens() -> None:
    telegram = TelegramParser(telegram_specifications.MSN).parse(SEALED.hex(), KEY)
    assert float(telegram.CURRENT_ELECTRICITY_DELIVERY.value) == pytest.approx(0.9)


def test_an_austrian_meter_has_an_authentication_key_of_its_own() -> None:
    own = Sealing(bytes.fromhex(KEY), authentication=bytes.fromhex(OTHER))(PLAIN)
    assert Reader("austria", Seal(KEY, OTHER)).read(own).values[Quantity.POWER_W] == pytest.approx(-900.0)
    with pytest.raises(DeviceSilentError, match="cannot be opened"):
        Reader("austria", Seal(KEY)).read(own)


@pytest.mark.parametrize("place", [5, 15, 100, -3])
def test_a_telegram_that_was_touched_is_refused(place: int) -> None:
    touched = bytearray(SEALED)
    touched[place] ^= 1
    with pytest.raises(DeviceSilentError, match="cannot be opened"):
        Seal(KEY).opened(bytes(touched))


@pytest.mark.parametrize("wrong", ["", "0123", KEY + "00", "x" * 32])
def test_what_is_no_key_is_refused_without_being_shown(wrong: str) -> None:
    with pytest.raises(DeviceError, match="32 hexadecimal digits") as caught:
        Seal(wrong)
    assert wrong == "" or wrong not in str(caught.value)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=30))
def test_sealed_telegrams_are_found_however_the_stream_is_cut(cuts: list[int]) -> None:
    stream = b"\x00\xdb\x09noise\xdb\x08short" + b"\0" * 12 + SEALED + b"\xdb" + SEALED
    framing, found = SealedFraming(), []
    while stream:
        size = cuts[len(stream) % len(cuts)]
        found += framing.taken(stream[:size])
        stream = stream[size:]
    assert found == [SEALED, SEALED]


@given(st.lists(st.binary(max_size=5000) | st.just(SEALED[:400]) | st.just(b"\xdb\x08"), max_size=10))
def test_any_bytes_are_taken_and_few_are_kept(pieces: list[bytes]) -> None:
    framing, seal = SealedFraming(), Seal(OTHER)
    for piece in pieces:
        for frame in framing.taken(piece):
            with pytest.raises(DeviceSilentError):
                seal.opened(frame)
        assert len(framing._buffer) <= LARGEST_TELEGRAM


def _home(folder: Path, meter: FakeMeter, clock: SimulatedClock, key: str) -> P1Integration:
    entry = table(meter, dsmr="luxembourg", key_file="key", silent_after_s=0.3)
    settings = P1Settings.model_validate({"meter": [entry], "retry_s": 0.02})
    secrets = {"key": key, "other": OTHER}
    return P1Integration(settings, Surroundings(clock, InlineExecutor(), folder, secrets.__getitem__))


@pytest.mark.parametrize(("key", "fault"), [(KEY, Fault.WRONG_CRC), (OTHER, Fault.NONE)])
async def test_a_sealed_meter_is_heard_with_its_key_alone(
    tmp_path: Path,
    clock: SimulatedClock,
    talk: Callable[[FakeMeter], None],
    key: str,
    fault: Fault,
) -> None:
    fake = FakeTcpMeter(lambda: (500.0, 0.0, 0.0), now=clock.now, sealed=Sealing(bytes.fromhex(KEY)))
    fake.fault = fault
    async with fake:
        integration = _home(tmp_path, fake, clock, key)
        serving = asyncio.create_task(integration.serve())
        talk(fake)
        device = integration.setup(DeviceId("meter"), Found("p1", f"127.0.0.1:{fake.port}"))
        said = ""
        while "checksum" not in said and "with the key" not in said:
            try:
                await anext(device.readings())
            except DeviceSilentError as error:
                said = str(error)
        if key == KEY:
            fake.fault = Fault.NONE
            assert await _heard(device.readings) == pytest.approx(500.0)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def _heard(readings: Callable[[], object]) -> float:
    while True:
        try:
            batch = await anext(readings())  # type: ignore[call-overload]
        except DeviceSilentError:
            continue
        return float(batch[0].value)


def test_keys_come_from_private_files(tmp_path: Path, clock: SimulatedClock) -> None:
    entry = {"alias": "a", "port": "/dev/x", "dsmr": "austria", "key_file": "k"}
    asked: list[str] = []

    def secret(name: str) -> str:
        asked.append(name)
        return LUXEMBOURG_AUTHENTICATION

    settings = P1Settings.model_validate({"meter": [entry | {"authentication_key_file": "a"}]})
    P1Integration(settings, Surroundings(clock, InlineExecutor(), tmp_path, secret))
    assert asked == ["k", "a"]
    del entry["key_file"]
    with pytest.raises(ValidationError, match="add key_file"):
        P1Settings.model_validate({"meter": [entry | {"authentication_key_file": "a"}]})
