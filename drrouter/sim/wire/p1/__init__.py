"""A fake smart meter that writes DSMR 5.0 telegrams to a pseudo terminal or over TCP."""

from drrouter.sim.wire.p1.meter import FakeMeter, FakeSerialMeter, FakeTcpMeter, Fault
from drrouter.sim.wire.p1.sealing import Sealing
from drrouter.sim.wire.p1.telegram import Counts, crc16, dsmr5, sealed

__all__ = [
    "Counts",
    "FakeMeter",
    "FakeSerialMeter",
    "FakeTcpMeter",
    "Fault",
    "Sealing",
    "crc16",
    "dsmr5",
    "sealed",
]
