"""Plain text travels on this machine alone; beyond it only where the owner gives a reason (S8)."""

from drrouter.adapters.this_machine import is_loopback


def refuse_plain(host: str, encrypted: bool, reason: str, remedy: str) -> None:
    """Let a connection in plain text leave this machine only where the owner says why.

    Raises:
        ValueError: it would, and no reason is given.
    """
    if not (encrypted or reason or is_loopback(host)):
        raise ValueError(
            f"would talk to {host} in plain text, which others could read and change; "
            f'{remedy}, or write plain = "why this is meant"'
        )
