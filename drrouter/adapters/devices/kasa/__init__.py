"""TP-Link Kasa and Tapo plugs, switches and strips over the local network, through python-kasa.

A plug has no dead-man timer that we rely on: what it was told last, it keeps, whatever becomes of the router.
So ``Instruction.fail_safe`` is carried out by the router while it lives, which restores the plug when an
instruction expires, and by nobody while it does not. Whoever cuts the power of something that needs it, such
as a freezer, does so for short spells only.

Driven are the legacy protocol, which needs no account, and KLAP, by which newer firmware asks for the maker's
account (``reach`` draws them). Each socket of a strip is a device of its own. What speaks anything newer is
found and named, and answers every instruction with the switch that lets it speak KLAP. Bulbs, hubs, cameras
and fans are left out.
"""
