"""A fake Home Assistant: its WebSocket API, registries, and devices with appliances behind them."""

from drrouter.sim.wire.homeassistant.devices import Entity, FakeDevice, FakePlug, FakeWallbox
from drrouter.sim.wire.homeassistant.server import FakeHomeAssistant, Fault

__all__ = ["Entity", "FakeDevice", "FakeHomeAssistant", "FakePlug", "FakeWallbox", "Fault"]
