"""Announces the home's VTN by mDNS, so that devices in the home find it without being told.

    _openadr3._tcp   version=3.1.0  base_path=...  program_names=...  requires_auth=true
                     local_url=https://NAME.local:PORT/...       where it speaks TLS

Source: OpenADR 3.1, Definition, "Local Scenarios" and "mDNS".
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from drrouter.adapters.openadr3 import ObjectType
from drrouter.adapters.vtn.objects import Changed, Objects
from drrouter.errors import DrrouterError, InputError

KIND = "_openadr3._tcp.local."
VERSION = "3.1.0"

_MOST_BYTES = 240

Tell = Callable[[Sequence[str]], Awaitable[None]]
"""Tells which programs there are now."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is told of the VTN.

    Attributes:
        name: of this one, unique in the home.
        host: the address that it listens on, which is also the interface that it is announced on.
        programs: the names of its programs.
        secure: whether it speaks TLS, by a certificate of its ``.local`` name.
    """

    name: str
    host: str
    port: int
    base_path: str = ""
    programs: Sequence[str] = ()
    requires_auth: bool = True
    secure: bool = False


@asynccontextmanager
async def announced(what: Announcement) -> AsyncIterator[Tell]:
    """It is announced while this is entered; gives what tells of other programs.

    Raises:
        InputError: the name is taken, or the interface is not there.
    """
    from zeroconf import Error, ServiceInfo
    from zeroconf.asyncio import AsyncZeroconf

    try:
        _try_out(what.host)
        speaker = AsyncZeroconf(interfaces=[what.host])
    except OSError as error:
        raise _not_announced(what, error) from error

    def written(name: str, programs: Sequence[str]) -> ServiceInfo:
        return ServiceInfo(
            KIND,
            name,
            addresses=[socket.inet_pton(socket.AF_INET6 if ":" in what.host else socket.AF_INET, what.host)],
            port=what.port,
            properties=_facts(what, programs),
            server=f"{what.name}.local.",
        )

    info = written(f"{what.name}.{KIND}", what.programs)

    async def tell(programs: Sequence[str]) -> None:
        await (await speaker.async_update_service(written(info.name, programs)))

    try:
        try:
            await (await speaker.async_register_service(info, allow_name_change=True))
        except (Error, OSError) as error:
            raise _not_announced(what, error) from error
        yield tell
    finally:
        await speaker.async_close()


@asynccontextmanager
async def following(objects: Objects, what: Announcement) -> AsyncIterator[None]:
    """It is announced with the programs that everybody may see, whatever becomes of them.

    Raises:
        InputError: as ``announced``.
    """
    news, before = asyncio.Event(), objects.on_changed

    def changed(change: Changed) -> None:
        before(change)
        if change.kind is ObjectType.PROGRAM:
            news.set()

    async def keep(tell: Tell) -> None:
        while True:
            await news.wait()
            news.clear()
            await tell(_public(objects))

    async with announced(replace(what, programs=_public(objects))) as tell:
        objects.on_changed = changed
        task = asyncio.create_task(keep(tell))
        try:
            yield
        finally:
            objects.on_changed = before
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def _public(objects: Objects) -> list[str]:
    """The programs without targets: mDNS tells the whole home."""
    return [body["programName"] for body in objects.all(ObjectType.PROGRAM) if not body.get("targets")]


def _facts(what: Announcement, programs: Sequence[str]) -> dict[str, str]:
    """What stands beside the name; a text of mDNS holds 255 bytes, so only so many programs are named."""
    names = ""
    for name in programs:
        longer = f"{names},{name}" if names else name
        if "," not in name and len(longer.encode()) <= _MOST_BYTES:
            names = longer
    facts = {
        "version": VERSION,
        "base_path": what.base_path,
        "program_names": names,
        "requires_auth": "true" if what.requires_auth else "false",
    }
    if what.secure:
        facts["local_url"] = f"https://{what.name}.local:{what.port}{what.base_path}"
    return facts


def _try_out(host: str) -> None:
    """Raise OSError where the address is not ours: zeroconf would leave sockets open when it finds out."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as trial:
        trial.bind((host, 0))


def _not_announced(what: Announcement, error: Exception) -> DrrouterError:
    return InputError("the VTN", what.name, f"cannot be announced on {what.host} ({error})", "Check its host")
