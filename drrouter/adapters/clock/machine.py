"""Tells whether the machine's own clock follows a time server, as the kernel sees it."""

import ctypes

_TIMEX_BYTES = 512
"""More than ``struct timex`` takes on any machine; zeros ask and set nothing."""

_TIME_ERROR = 5


def is_synchronised() -> bool:
    """Whether somebody keeps the machine's clock right; yes, where the kernel does not tell.

    Source: adjtimex(2), TIME_ERROR: "the system clock is not synchronized".
    """
    try:
        found = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (AttributeError, OSError):
        return True
    return int(found) != _TIME_ERROR
