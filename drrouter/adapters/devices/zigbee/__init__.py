"""Zigbee devices through a stick of the home's own, by zigpy: no maker's bridge and no cloud in between.

Driven are relays and plugs (on/off), what measures (metering, electrical measurement, temperature), white
goods that speak Appliance Control and Power Profile, and what obeys load control events (DRLC). A device
reports by itself where it can, in intervals that spare the mesh; it is asked where it cannot, and where it
has been silent for its stated time.

A Zigbee plug keeps what it was told last, whatever becomes of the router, so power that was cut is
restored by the router while it lives, and by nobody while it does not. Where the fail-safe is to cut the
power, the plug's own timer does it (on with timed off), as far as it has one. A load control event ends by
the device's own clock.

The network's devices are remembered in a database beside the home file. Firmware is never updated, nothing is
asked of the internet. Not driven: lights, locks, alarms, Green Power, and sticks other than ZNP and EZSP.
"""
