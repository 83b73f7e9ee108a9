"""A server's certificate: TLS 1.2 or newer from two PEM files, and a sentence where they cannot be used."""

import ssl
from collections.abc import Callable
from pathlib import Path

from drrouter.errors import DocumentError


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """What a server needs to speak TLS.

    Args:
        certificate: PEM file with the server's certificate, followed by those between it and its authority.
        key: PEM file with its private key, without a password.

    Raises:
        DocumentError: a file is missing, no PEM, has a password, or does not fit to the other.
    """
    for path, what in ((certificate, "certificate"), (key, "private key")):
        try:
            text = path.read_bytes()
        except OSError as error:
            raise DocumentError(str(path), "", f"the {what} cannot be read ({error.strerror})") from error
        if b"-----BEGIN" not in text:
            raise DocumentError(str(path), "", f"holds no {what}", "It must be a PEM file")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key, password=_no_password(key))
    except ssl.SSLError as error:
        what = f"does not fit to {key.name}, or one of them is damaged ({error.reason or error})"
        raise DocumentError(str(certificate), "", what, "Name a certificate and its own key") from error
    return context


def _no_password(key: Path) -> Callable[[], str]:
    """Asked for a password, say that there may be none, rather than wait at a terminal."""

    def refuse() -> str:
        raise DocumentError(str(key), "", "the private key has a password", "Store it without one")

    return refuse
