"""Runs a VTN as a program of its own."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from drrouter.adapters.server_tls import server_context
from drrouter.adapters.this_machine import is_loopback
from drrouter.adapters.vtn.announce import Announcement, following
from drrouter.adapters.vtn.call import Vtn
from drrouter.adapters.vtn.config import VtnConfig
from drrouter.adapters.vtn.options import VtnOptions, read_clients
from drrouter.adapters.vtn.server import serve
from drrouter.errors import InputError
from drrouter.ports import Clock

log = logging.getLogger(__name__)


async def run_vtn(options: VtnOptions, clock: Clock, ready: Callable[[str], None] = lambda url: None) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        ready: told the URL once requests are answered.

    Raises:
        InputError: an option or a file cannot be used.
        StoreError: the state file cannot be used.
    """
    if (options.tls_cert is None) != (options.tls_key is None):
        raise InputError("the VTN", "tls_cert, tls_key", "one of them is missing", "Give both or none")
    if options.announce and options.host in ("0.0.0.0", "::"):  # noqa: S104 -- refused here
        remedy = "Let host be the address in the home network"
        raise InputError(
            "the VTN", "announce", f"needs one address, and {options.host} is all of them", remedy
        )
    context = None
    if options.tls_cert is not None and options.tls_key is not None:
        context = server_context(options.tls_cert, options.tls_key)

    def tell(port: int) -> None:
        host = f"[{options.host}]" if ":" in options.host else options.host
        url = f"{'https' if context else 'http'}://{host}:{port}{options.base_path}"
        log.info("the VTN listens on %s", url)
        ready(url)

    def found_by_mdns(vtn: Vtn, port: int) -> AbstractAsyncContextManager[None]:
        host = "127.0.0.1" if options.host == "localhost" else options.host
        told = Announcement(options.announce, host, port, options.base_path, secure=context is not None)
        return following(vtn.objects, told)

    beside = found_by_mdns if options.announce else None
    config = config_of(options)
    await serve(config, clock, options.host, options.port, context, tell, beside=beside)


def config_of(options: VtnOptions) -> VtnConfig:
    """What the VTN is told; one that listens on this machine alone may also call back there.

    Raises:
        DocumentError: the file of the clients cannot be used.
    """
    return VtnConfig(
        clients=read_clients(options.clients),
        state=options.state,
        token_life=options.token_life,
        base_path=options.base_path,
        public_url=options.public_url,
        callbacks_on_this_machine=is_loopback(options.host),
        challenge_callbacks=options.challenge_callbacks,
        callback_ca=options.callback_ca,
        targets_must_be_asked=options.targets_must_be_asked,
        mqtt=options.mqtt,
        mqtt_ca=options.mqtt_ca,
    )
