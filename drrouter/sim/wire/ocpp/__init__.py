"""Fake charge points that connect to a central system over OCPP 1.6J, 2.0.1 or 2.1, each with a car."""

from drrouter.sim.wire.ocpp.car import BatteryCar, ChargingCar
from drrouter.sim.wire.ocpp.charge_point import FakeChargePoint
from drrouter.sim.wire.ocpp.socket import Fault

__all__ = ["BatteryCar", "ChargingCar", "FakeChargePoint", "Fault"]
