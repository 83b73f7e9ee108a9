"""Fake TP-Link Kasa and Tapo plugs and strips that speak both protocols byte for byte, on loopback."""

from drrouter.sim.wire.kasa.answers import Answers, Load, Meter, PlugIdentity
from drrouter.sim.wire.kasa.cipher import decipher, encipher
from drrouter.sim.wire.kasa.klap_plug import FakeKlap
from drrouter.sim.wire.kasa.plug import FakePlug, FakeStrip, Fault, mac_of
from drrouter.sim.wire.kasa.smart import SmartAnswers, SmartStripAnswers
from drrouter.sim.wire.kasa.strip import Outlet, StripAnswers

__all__ = [
    "Answers",
    "FakeKlap",
    "FakePlug",
    "FakeStrip",
    "Fault",
    "Load",
    "Meter",
    "Outlet",
    "PlugIdentity",
    "SmartAnswers",
    "SmartStripAnswers",
    "StripAnswers",
    "decipher",
    "encipher",
    "mac_of",
]
