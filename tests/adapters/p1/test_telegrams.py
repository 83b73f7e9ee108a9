"""Telegrams of every edition, and what is left of those that are broken."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.adapters.devices.p1.framing import LARGEST_TELEGRAM, Framing
from drrouter.adapters.devices.p1.settings import Edition
from drrouter.adapters.devices.p1.telegram import Reader
from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Quality, Quantity
from drrouter.errors import DeviceSilentError
from drrouter.sim.wire.p1 import Counts, dsmr5, sealed

NOON = datetime(2026, 7, 1, 12, 0, 30, tzinfo=UTC)
SERIAL = "E0043007052870318"
GOOD = dsmr5(SERIAL, NOON, (300.0, 0.0, -1200.0), Counts((1e6, 2e6), (5e3, 6e3), 1234.567, 89.012))


def text_of(*lines: str) -> str:
    return "".join(f"{line}\r\n" for line in lines)


# Written from DSMR 2.2, chapter 6: no checksum, and the gas counter on two lines.
OLD = text_of(
    r"/ISk5\2MT382-1004",
    "",
    "0-0:96.1.1(5A424556303035303933313937373132)",
    "1-0:1.8.1(00185.000*kWh)",
    "1-0:1.8.2(00084.500*kWh)",
    "1-0:2.8.1(00013.000*kWh)",
    "1-0:2.8.2(00019.000*kWh)",
    "0-0:96.14.0(0001)",
    "1-0:1.7.0(0000.98*kW)",
    "1-0:2.7.0(0000.00*kW)",
    "0-1:24.1.0(3)",
    "0-1:96.1.0(3238313031453631373038389930337131)",
    "0-1:24.3.0(120517020000)(08)(60)(1)(0-1:24.2.1)(m3)",
    "(00124.477)",
    "!",
).encode()

# Written from DSMR 4.2, P1 companion standard: one line, checksum, hourly gas.
FOURTH = sealed(
    text_of(
        r"/KMP5 KA6U001660297912",
        "",
        "1-3:0.2.8(42)",
        "0-0:1.0.0(161113205757W)",
        "0-0:96.1.1(3960221976967177082151037881335713)",
        "1-0:1.8.1(001581.123*kWh)",
        "1-0:1.8.2(001435.706*kWh)",
        "1-0:2.8.1(000000.000*kWh)",
        "1-0:2.8.2(000000.000*kWh)",
        "1-0:1.7.0(02.027*kW)",
        "1-0:2.7.0(00.000*kW)",
        "1-0:21.7.0(00.170*kW)",
        "1-0:22.7.0(00.000*kW)",
        "0-1:24.1.0(003)",
        "0-1:96.1.0(4730303031)",
        "0-1:24.2.1(161129200000W)(00981.443*m3)",
    )
)

# Written from the Fluvius e-MUCS-P1 specification 1.7.1: day is tariff 1, water on 24.2.1, gas on 24.2.3.
BELGIAN = sealed(
    text_of(
        r"/FLU5\253769484_A",
        "",
        "0-0:96.1.4(50217)",
        "0-0:96.1.1(3153414733313031303231363035)",
        "0-0:1.0.0(230601124503S)",
        "1-0:1.8.1(000000.034*kWh)",
        "1-0:1.8.2(000015.758*kWh)",
        "1-0:2.8.1(000000.000*kWh)",
        "1-0:2.8.2(000000.011*kWh)",
        "1-0:1.4.0(02.351*kW)",
        "1-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(230101000000W)(221206201500W)(06.134*kW)",
        "1-0:1.7.0(00.000*kW)",
        "1-0:2.7.0(01.250*kW)",
        "1-0:32.7.0(234.7*V)",
        "0-1:24.1.0(003)",
        "0-1:96.1.1(37464C4F32313139303333373333)",
        "0-1:24.2.3(200512134558S)(00112.384*m3)",
        "0-2:24.1.0(007)",
        "0-2:96.1.1(3853414731323334353637383930)",
        "0-2:24.2.1(200512134558S)(00872.234*m3)",
    )
)

# Written from the Luxmetering E-Meter P1 specification 1.1.3: totals, and a logical device name.
LUXEMBOURGISH = sealed(
    text_of(
        r"/Lux5\253663629_D",
        "",
        "1-3:0.2.8(42)",
        "0-0:1.0.0(200426223325S)",
        "0-0:42.0.0(53414731303330373030303333353437)",
        "1-0:1.8.0(000174.210*kWh)",
        "1-0:2.8.0(000061.903*kWh)",
        "1-0:1.7.0(00.425*kW)",
        "1-0:2.7.0(00.000*kW)",
    )
)

# Written from Energiföretagen's recommendation for the local interface, 2.0: no identifier.
SWEDISH = sealed(
    text_of(
        r"/ELL5\253833635_A",
        "",
        "0-0:1.0.0(210217184019W)",
        "1-0:1.8.0(00006678.394*kWh)",
        "1-0:2.8.0(00000001.000*kWh)",
        "1-0:1.7.0(0001.727*kW)",
        "1-0:2.7.0(0000.000*kW)",
        "1-0:21.7.0(0001.023*kW)",
        "1-0:22.7.0(0000.000*kW)",
        "1-0:41.7.0(0000.350*kW)",
        "1-0:42.7.0(0000.000*kW)",
        "1-0:61.7.0(0000.353*kW)",
        "1-0:62.7.0(0000.000*kW)",
        "1-0:32.7.0(240.3*V)",
    )
)

EDITIONS = [
    ("2.2", OLD, "ZBEV005093197712", 980.0, 269_500.0, 32_000.0, {"gas": 124.477}),
    ("3", OLD, "ZBEV005093197712", 980.0, 269_500.0, 32_000.0, {"gas": 124.477}),
    ("4", FOURTH, "3960221976967177082151037881335713", 2027.0, 3_016_829.0, 0.0, {"gas": 981.443}),
    ("5", GOOD, SERIAL, -900.0, 3e6, 11e3, {"gas": 1234.567, "water": 89.012}),
    ("belgium", BELGIAN, "1SAG3101021605", -1250.0, 15_792.0, 11.0, {"gas": 112.384, "water": 872.234}),
    ("luxembourg", LUXEMBOURGISH, "SAG1030700033547", 425.0, 174_210.0, 61_903.0, {}),
    ("sweden", SWEDISH, r"ELL5\253833635_A", 1727.0, 6_678_394.0, 1000.0, {}),
]


@pytest.mark.parametrize(
    ("edition", "raw", "serial", "watts", "taken", "given", "counters"),
    EDITIONS,
    ids=lambda value: str(value)[:9],
)
def test_a_telegram_of_every_edition_is_read(
    edition: Edition,
    raw: bytes,
    serial: str,
    watts: float,
    taken: float,
    given: float,
    counters: dict[str, float],
) -> None:
    telegram = Reader(edition).read(raw)
    assert telegram.identity["id"] == serial
    assert telegram.values[Quantity.POWER_W] == pytest.approx(watts)
    assert telegram.values[Quantity.ENERGY_WH] == pytest.approx(taken)
    assert telegram.values[Quantity.EXPORTED_WH] == pytest.approx(given)
    assert {counter.kind: counter.value for counter in telegram.counters} == counters


def test_power_of_each_line_voltage_and_identity_are_read() -> None:
    telegram = Reader("5").read(GOOD)
    assert telegram.identity == {"id": SERIAL, "model": "M550T-1012", "manufacturer": "ISK", "version": "50"}
    assert telegram.values[Quantity.POWER_L1_W] == 300.0
    assert telegram.values[Quantity.POWER_L3_W] == -1200.0
    assert telegram.values[Quantity.VOLTAGE_V] == 230.0
    gas = telegram.counters[0]
    assert (gas.channel, gas.id, gas.unit) == (1, "G" + SERIAL, "m3")
    assert gas.at == NOON.replace(minute=0, second=0)


def test_a_telegram_whose_first_line_names_no_maker_still_has_a_name() -> None:
    odd = Reader("5").read(sealed("/1\r\n\r\n1-0:1.7.0(00.1*kW)\r\n"))
    assert odd.identity == {"id": "1", "model": "1"}


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["1-0:1.7.0(00.1.2*kW)"], "broken"),
        (["1-0:1.7.0()()"], "broken"),
        (["0-0:96.13.0()"], "neither power nor energy"),
    ],
)
def test_a_telegram_that_means_nothing_is_refused(lines: list[str], why: str) -> None:
    with pytest.raises(DeviceSilentError, match=why):
        Reader("5").read(sealed(text_of("/ISK5", "", *lines)))


def test_a_wrong_or_missing_checksum_is_refused() -> None:
    for spoilt in (GOOD.replace(b"00.300", b"09.300"), GOOD[:-6] + b"\r\n", GOOD[:-6] + b"zzzz\r\n"):
        with pytest.raises(DeviceSilentError):
            Reader("5").read(spoilt)


def test_a_broken_gas_counter_costs_only_itself() -> None:
    text = text_of("/ISK5", "", "1-0:1.7.0(00.5*kW)", "0-1:24.1.0(003)", "0-1:24.2.1(x)(6.3.2*m3)")
    telegram = Reader("5").read(sealed(text))
    assert telegram.values == {Quantity.POWER_W: 500.0}
    assert telegram.counters == ()
    unread = text_of("/ISK5", "", "1-0:1.7.0(00.5*kW)", "0-1:24.1.0(003)", "0-1:24.2.1(632525252525W)(NaN)")
    assert Reader("5").read(sealed(unread)).counters == ()


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e99", "sNaN", "0.3*kVA", "0.3"])
def test_a_value_that_is_no_power_is_marked_bad(value: str) -> None:
    telegram = Reader("5").read(
        sealed(text_of("/ISK5", "", f"1-0:1.7.0({value}*kW)".replace("*kVA*kW", "*kVA")))
    )
    (reading,) = telegram.readings(DeviceId("meter"), NOON)
    if value != "0.3":
        assert reading.quality is Quality.BAD
    assert math.isfinite(reading.value)


def test_a_bit_of_parity_is_taken_off_old_meters() -> None:
    with_parity = bytes(byte | 0x80 if byte.bit_count() % 2 else byte for byte in OLD)
    assert Reader("2.2").read(with_parity) == Reader("2.2").read(OLD)


def test_a_reader_keeps_nothing_of_what_it_read() -> None:
    reader = Reader("5")
    assert [reader.read(GOOD) for _ in range(3)] == [Reader("5").read(GOOD)] * 3
    parsers = [item["value_parser"] for item in reader._electricity.telegram_specification["objects"]]
    assert all(len(parser.value_formats) == 1 for parser in parsers)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=30))
def test_telegrams_are_found_however_the_stream_is_cut(cuts: list[int]) -> None:
    stream, framing, found = b"\xff!noise\r\n" + GOOD + GOOD[:300] + GOOD + b"!\r\n" + GOOD, Framing(), []
    while stream:
        size = cuts[len(stream) % len(cuts)]
        found += framing.taken(stream[:size])
        stream = stream[size:]
    assert found == [GOOD] * 3


@given(st.lists(st.binary(max_size=5000), max_size=10))
def test_any_bytes_are_taken_and_few_are_kept(pieces: list[bytes]) -> None:
    framing, reader = Framing(), Reader("5")
    for piece in pieces:
        for telegram in framing.taken(piece):
            with pytest.raises(DeviceSilentError):
                reader.read(telegram)
        assert len(framing._buffer) <= LARGEST_TELEGRAM


def test_a_telegram_that_is_too_long_is_thrown_away() -> None:
    framing = Framing()
    assert framing.taken(b"/ISK5\r\n" + b"x" * LARGEST_TELEGRAM + b"\r\n!\r\n" + GOOD) == [GOOD]
    assert framing.taken(b"/ISK5\r\n" + b"x" * 2 * LARGEST_TELEGRAM) == []
    assert framing.taken(GOOD) == [GOOD]


def test_summer_and_winter_time_are_told_apart() -> None:
    for at in (NOON, NOON + timedelta(days=180)):
        gas = Reader("5").read(dsmr5(SERIAL, at, (0, 0, 0), Counts())).counters[0]
        assert gas.at == at.replace(minute=0, second=0)
