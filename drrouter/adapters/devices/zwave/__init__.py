"""Z-Wave plugs, relays, dimmers and meters, through the WebSocket of a Z-Wave JS server.

The server (Z-Wave JS UI, the add-on of Home Assistant, or ``@zwave-js/server`` alone) owns the stick and the
network; drrouter is one of its clients, lets devices join where its owner permits it, and configures nothing.
It speaks the server's published protocol with aiohttp and needs no library of its own.

Driven are Binary Switch (37) and Multilevel Switch (38), read are they and electric meters (Meter, 50). Each
relay of a device with several is a device of its own. Values are pushed; who says nothing for long is asked.

Z-Wave has no dead-man's timer that all makers share: what a device was told last, it keeps, whatever becomes
of the router. So ``Instruction.fail_safe`` is carried out by the router while it lives, and by nobody while
it does not. Whoever cuts the power of something that needs it, such as a freezer, does so for short spells
only.
"""
