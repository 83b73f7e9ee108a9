"""Fake TP-Link Kasa plugs that speak the legacy protocol byte for byte, over TCP and UDP on loopback."""

from drrouter.sim.wire.kasa.answers import Answers, Load, Meter, PlugIdentity
from drrouter.sim.wire.kasa.cipher import decipher, encipher
from drrouter.sim.wire.kasa.plug import FakePlug, Fault, mac_of

__all__ = ["Answers", "FakePlug", "Fault", "Load", "Meter", "PlugIdentity", "decipher", "encipher", "mac_of"]
