"""Charge points for cars: drrouter is their central system, over OCPP 1.6J, 2.0.1 and 2.1.

    charge point --ws(s)://home:9000/ocpp/<id>--> server -> rpc -> v16 | v2 -> station -> outlet

The charge point connects, so nothing is looked for: ``discover`` lists who is connected, each outlet apart.
An outlet is a connector of OCPP 1.6 and an EVSE of OCPP 2. Who is not listed in the home file is refused, or,
with ``accept_unknown``, shown and not driven.

A limit is a charging profile that ends when the instruction expires (``validTo``). So the charge point is its
own dead-man's switch: if the router falls silent, it goes back to what holds without that profile, which is
all it can give (``restore_power``) or nothing (``cut_power``, a second profile below the first). Only with
``keep`` the limit stays. Less than 6 A on each line cannot be charged with and becomes a pause.

A charge point without smart charging is started and stopped remotely, and does not state a setpoint. Energy
flows back from a car only over OCPP 2.1, and only where the owner wrote ``v2x = true``. Firmware,
reservations, certificates and resets are left alone.
"""
