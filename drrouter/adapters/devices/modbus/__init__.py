"""Modbus TCP, through pymodbus: SunSpec inverters, batteries and meters, and relays of SG-Ready heat pumps.

Modbus devices do not announce themselves, so the owner lists them in ``[[modbus.device]]``; those that answer
are found. What each is comes from its SunSpec models: they are looked for at the usual addresses and walked.

An inverter or battery reverts by itself: every command carries its own time-out (WMaxLimPct_RvrtTms,
InOutWRte_RvrtTms) that ends with the instruction, so that a router that died leaves an inverter without a
limit and a battery to itself. That holds for ``FailSafe.RESTORE_POWER``; for every other fail-safe, and where
the device has no such timer, the command stays until the router replaces it. A relay has no timer at all: the
router returns it to normal while it lives, and nobody while it does not.

Not driven are the controls of IEEE 1547 (models 703 to 712), whose reversion is told in two ways, and devices
on a serial line: a gateway makes them reachable over TCP.
"""
