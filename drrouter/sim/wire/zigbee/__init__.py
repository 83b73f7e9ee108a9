"""Simulated Zigbee devices that answer byte for byte, and the fake radio and the sticks that reach them."""

from drrouter.sim.wire.zigbee.ezsp import EzspStick
from drrouter.sim.wire.zigbee.goods import Freezer, Phase, State, Washer
from drrouter.sim.wire.zigbee.heater import LoadControlHeater
from drrouter.sim.wire.zigbee.lines import LineFault, PseudoTerminal, TcpLine
from drrouter.sim.wire.zigbee.node import Fault, Message, Node
from drrouter.sim.wire.zigbee.plug import MeteringPlug
from drrouter.sim.wire.zigbee.radio import FakeMesh
from drrouter.sim.wire.zigbee.znp import ZnpStick

__all__ = [
    "EzspStick",
    "FakeMesh",
    "Fault",
    "Freezer",
    "LineFault",
    "LoadControlHeater",
    "Message",
    "MeteringPlug",
    "Node",
    "Phase",
    "PseudoTerminal",
    "State",
    "TcpLine",
    "Washer",
    "ZnpStick",
]
