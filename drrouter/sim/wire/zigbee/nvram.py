"""The memory of a fake Texas Instruments stick whose network was formed long ago.

Source: Texas Instruments, Z-Stack 3.0, ``ZComDef.h`` (numbers of the items), ``nwk.h`` (the network's item).
"""

IEEE = bytes.fromhex("0100000000 4b1200".replace(" ", ""))
"""Its hardware address, least significant byte first."""

EXTENDED_PAN = bytes.fromhex("0807060504030201")
PAN, CHANNEL, CHANNEL_MASK = 0x1A62, 15, 1 << 15
EMPTY_ADDRESS = b"\0" + 10 * b"\xff"
ON_NETWORK, STARTUP_OPTION, NETWORK = 0x0055, 0x0003, 0x0021
"""Items that matter to the stick: whether it has a network, what it clears at its next start, and which."""

CHANNEL_AT = 22
"""Where in the network's item the channel is."""

KEY = bytes(range(1, 17))


def unformed() -> dict[int, bytes]:
    """A stick that never had a network, or was told to forget it."""
    return formed() | {ON_NETWORK: b"\0"}


def formed() -> dict[int, bytes]:
    """Each item by its number, as the stick answers when it is read."""
    return {
        0x0001: IEEE,
        STARTUP_OPTION: b"\0",  # nothing is to be cleared at the start
        NETWORK: _network(),
        0x0023: 4 * EMPTY_ADDRESS,
        0x0030: b"\x1e",  # how long a broadcast is repeated
        0x0032: b"\x01",  # routes to this stick are told to everybody
        0x0033: b"\x78",
        0x0036: b"\x01",
        0x0038: b"\xff",
        0x003A: b"\0" + KEY,
        0x003E: b"\0",
        0x004C: bytes(12),  # no link keys
        ON_NETWORK: b"\x01",
        0x005F: b"\x01",  # zigpy-znp has nothing to repair
        0x0075: (1000).to_bytes(4, "little") + EXTENDED_PAN,
        0x0087: b"\0",  # a coordinator
        0x008F: b"\x01",
        0x0101: bytes(range(16, 32)),
    }


def _network() -> bytes:
    """The network information base: what matters is set, the rest are the stack's own figures."""
    fields = [
        (0, 1),  # sequence number
        (5, 1),  # passive acknowledgement
        (2, 1),  # broadcast retries
        (20, 1),  # children
        (15, 1),  # depth
        (15, 1),  # routers
        (0, 1),
        (30, 1),  # broadcast delivery
        (0, 1),
        (0, 1),
        (0, 1),
        (1, 1),  # all frames are secured
        (5, 1),  # security level
        (0, 1),
        (0x8F, 1),  # capabilities
        (7, 2),
        (2, 1),  # protocol
        (5, 1),
        (30, 1),
        (0, 2),  # its network address
        (CHANNEL, 1),
        (0, 2),
        (0, 8),
        (PAN, 2),
        (9, 1),  # the network runs
        (CHANNEL_MASK, 4),
        (15, 1),
        (15, 1),
        (0, 1),
        (0, 1),
        (1, 4),
        (1, 4),
        (0, 1),
    ]
    base = b"".join(value.to_bytes(width, "little") for value, width in fields) + EXTENDED_PAN + b"\x01"
    keys = 2 * (b"\0" + KEY)
    tail = bytes([0, 0, 15, 3, 0, 1, 120, 0, 1]) + bytes(4) + b"\0"
    return base + keys + tail
