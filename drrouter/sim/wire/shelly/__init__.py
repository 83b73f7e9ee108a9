"""Fake Shelly devices that speak the RPC of the second generation over WebSocket, on loopback."""

from drrouter.sim.wire.shelly.announce import announced
from drrouter.sim.wire.shelly.device import FakeShelly, Fault
from drrouter.sim.wire.shelly.firmware import Firmware, Identity, Mains, Meter3, Relay

__all__ = ["FakeShelly", "Fault", "Firmware", "Identity", "Mains", "Meter3", "Relay", "announced"]
