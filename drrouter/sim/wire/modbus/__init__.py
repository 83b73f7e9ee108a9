"""Fake Modbus devices behind pymodbus' own server: inverter, battery and meter by SunSpec, SG-Ready relay."""

from drrouter.sim.wire.modbus.server import FakeModbus, Fault
from drrouter.sim.wire.modbus.sg_ready import FakeSgReady
from drrouter.sim.wire.modbus.sunspec import FakeSunSpec, Identity, Model
from drrouter.sim.wire.modbus.units import FakeBattery, FakeInverter, FakeMeter

__all__ = [
    "FakeBattery",
    "FakeInverter",
    "FakeMeter",
    "FakeModbus",
    "FakeSgReady",
    "FakeSunSpec",
    "Fault",
    "Identity",
    "Model",
]
