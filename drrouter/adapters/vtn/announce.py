"""Announces the home's VTN by mDNS, so that devices in the home find it without being told.

    _openadr3._tcp   version=3.1.0  base_path=...  program_names=...  requires_auth=true

Source: OpenADR 3.1, Definition, "Local Scenarios" and "mDNS".
"""

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from drrouter.errors import DrrouterError, InputError

KIND = "_openadr3._tcp.local."
VERSION = "3.1.0"


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is told of the VTN.

    Attributes:
        name: of this one, unique in the home.
        host: the address that it listens on, which is also the interface that it is announced on.
        programs: the names of its programs.
    """

    name: str
    host: str
    port: int
    base_path: str = ""
    programs: Sequence[str] = ()
    requires_auth: bool = True


@asynccontextmanager
async def announced(what: Announcement) -> AsyncIterator[None]:
    """It is announced while this is entered.

    Raises:
        InputError: the name is taken, or the interface is not there.
    """
    from zeroconf import Error, ServiceInfo
    from zeroconf.asyncio import AsyncZeroconf

    facts = {
        "version": VERSION,
        "base_path": what.base_path,
        "program_names": ",".join(what.programs),
        "requires_auth": "true" if what.requires_auth else "false",
    }
    try:
        _try_out(what.host)
        speaker = AsyncZeroconf(interfaces=[what.host])
    except OSError as error:
        raise _not_announced(what, error) from error
    info = ServiceInfo(
        KIND,
        f"{what.name}.{KIND}",
        addresses=[socket.inet_pton(socket.AF_INET6 if ":" in what.host else socket.AF_INET, what.host)],
        port=what.port,
        properties=facts,
        server=f"{what.name}.local.",
    )
    try:
        try:
            await (await speaker.async_register_service(info, allow_name_change=True))
        except (Error, OSError) as error:
            raise _not_announced(what, error) from error
        yield
    finally:
        await speaker.async_close()


def _try_out(host: str) -> None:
    """Raise OSError where the address is not ours: zeroconf would leave sockets open when it finds out."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as trial:
        trial.bind((host, 0))


def _not_announced(what: Announcement, error: Exception) -> DrrouterError:
    return InputError("the VTN", what.name, f"cannot be announced on {what.host} ({error})", "Check its host")
