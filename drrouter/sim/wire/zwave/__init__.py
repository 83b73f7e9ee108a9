"""Fake Z-Wave networks behind a fake Z-Wave JS server that speaks its published protocol over a WebSocket."""

from drrouter.sim.wire.zwave.network import Fault
from drrouter.sim.wire.zwave.node import FakeNode, Load, Relay, Status
from drrouter.sim.wire.zwave.server import FakeZwaveServer

__all__ = ["FakeNode", "FakeZwaveServer", "Fault", "Load", "Relay", "Status"]
