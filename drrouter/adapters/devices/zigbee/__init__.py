"""Zigbee devices through a stick of the home's own, by zigpy: no maker's bridge and no cloud in between.

Driven are relays and plugs (on/off), what measures (metering, electrical measurement, temperature) and white
goods that speak Appliance Control and Power Profile. A device reports by itself where it can, in intervals
that spare the mesh; it is asked where it cannot, and where it has been silent for its stated time.

A Zigbee plug keeps what it was told last, whatever becomes of the router: ``Instruction.fail_safe`` is
carried out by the router while it lives, and by nobody while it does not.

The network's devices are remembered in a database beside the home file. Firmware is never updated, nothing is
asked of the internet. Not driven: lights, locks, alarms, Green Power, and sticks other than ZNP and EZSP.
"""
