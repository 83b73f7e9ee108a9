"""Simulated Zigbee devices that answer byte for byte, and the fake radio and the sticks that reach them."""

from drrouter.sim.wire.zigbee.goods import Freezer, Phase, State, Washer
from drrouter.sim.wire.zigbee.heater import LoadControlHeater
from drrouter.sim.wire.zigbee.lines import PseudoTerminal, TcpLine
from drrouter.sim.wire.zigbee.node import Fault, Message, Node
from drrouter.sim.wire.zigbee.plug import MeteringPlug
from drrouter.sim.wire.zigbee.radio import FakeMesh
from drrouter.sim.wire.zigbee.znp import StickFault, ZnpStick

__all__ = [
    "FakeMesh",
    "Fault",
    "Freezer",
    "LoadControlHeater",
    "Message",
    "MeteringPlug",
    "Node",
    "Phase",
    "PseudoTerminal",
    "State",
    "StickFault",
    "TcpLine",
    "Washer",
    "ZnpStick",
]
