"""Shelly relays, plugs and energy meters of the second generation and later, through aioshelly.

Each channel is a device of its own: ``switch:0`` and so on are switched and metered, ``em:0``, ``em1:0`` and
``pm1:0`` are meters. Devices are found by mDNS, or listed in the home file, and push what they measure over a
WebSocket.

**Fail-safe: the relay's own timer.** A command to cut power from what must have it (``restore_power``) tells
the relay to switch back on by itself when the instruction expires, and one to give power that must not stay
(``cut_power``) to switch off. While the router reads the device and the instruction is its newest, the timer
is wound up again when a third of its time is left, for as long as it was first, unless a hand switched the
relay meanwhile. So a router that crashes, hangs or loses the network leaves no freezer off for longer than
one instruction lasts (a quarter of an hour), without anybody doing anything. A router that starts again while
the timer runs knows nothing of it: the relay switches back once, and is told again.

Devices of the first generation are found and named, and not driven. Nor are covers, lights and thermostats.
"""
