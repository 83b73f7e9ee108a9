"""A fake KNX/IP gateway that speaks real datagrams, with actuators on the bus behind it."""

from drrouter.sim.wire.knx.actuator import Actuator, Load
from drrouter.sim.wire.knx.gateway import FakeGateway, Fault

__all__ = ["Actuator", "FakeGateway", "Fault", "Load"]
