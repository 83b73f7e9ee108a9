"""Fake Z-Wave networks behind a fake Z-Wave JS server that speaks its published protocol over a WebSocket."""

from drrouter.sim.wire.zwave.node import FakeNode, Load, Relay, Status
from drrouter.sim.wire.zwave.server import FakeZwaveServer, Fault

__all__ = ["FakeNode", "FakeZwaveServer", "Fault", "Load", "Relay", "Status"]
