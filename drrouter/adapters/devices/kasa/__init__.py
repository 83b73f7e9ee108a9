"""TP-Link Kasa plugs and switches over the local network, through python-kasa.

A Kasa plug has no dead-man timer that we rely on: what it was told last, it keeps, whatever becomes of the
router. So ``Instruction.fail_safe`` is carried out by the router while it lives, which restores the plug when
an instruction expires, and by nobody while it does not. Whoever cuts the power of something that needs it,
such as a freezer, does so for short spells only.

Driven is the legacy protocol, which needs no account. Plugs whose firmware speaks only KLAP (many since 2025)
are found and named, and answer every instruction with the reason why they are not driven.
"""
