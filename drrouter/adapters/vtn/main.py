"""Runs a VTN as a program of its own: options from a file or flags, then ``serve``."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, ValidationError

from drrouter.adapters.vtn.clients_file import read_clients
from drrouter.adapters.vtn.config import VtnConfig
from drrouter.adapters.vtn.server import is_loopback, serve
from drrouter.adapters.vtn.tls import server_context
from drrouter.domain.document import parse_toml
from drrouter.domain.remedy import document_error
from drrouter.errors import DocumentError, InputError
from drrouter.ports import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class VtnOptions:
    """What the program is started with.

    Attributes:
        clients: the file of its clients.
        tls_cert, tls_key: PEM files; needed unless ``host`` is this machine.
        others: see ``VtnConfig``.
    """

    clients: Path
    host: str = "127.0.0.1"
    port: int = 8090
    tls_cert: Path | None = None
    tls_key: Path | None = None
    state: Path | None = None
    token_life: timedelta = timedelta(hours=1)
    base_path: str = ""
    public_url: str | None = None
    callback_ca: Path | None = None
    challenge_callbacks: bool = True
    targets_must_be_asked: bool = False


class _OptionsFile(BaseModel):
    """The same as a file says it."""

    model_config = ConfigDict(extra="forbid")

    clients: Annotated[StrictStr, Field(description="The file of the clients.")]
    host: StrictStr = "127.0.0.1"
    port: int = Field(8090, ge=0, le=65535)
    tls_cert: StrictStr | None = None
    tls_key: StrictStr | None = None
    state: StrictStr | None = None
    token_life_s: int = Field(3600, ge=60, le=86400)
    base_path: StrictStr = Field("", pattern=r"^(/[A-Za-z0-9._~-]+)*$")
    public_url: StrictStr | None = Field(None, pattern=r"^https?://")
    callback_ca: StrictStr | None = None
    challenge_callbacks: StrictBool = True
    targets_must_be_asked: StrictBool = False


def read_options(path: Path) -> VtnOptions:
    """The options that a TOML file says; its paths start at the file's folder.

    Raises:
        DocumentError: it cannot be read, or is no such file.
    """
    try:
        table = parse_toml(path.read_bytes(), str(path))
    except OSError as error:
        raise DocumentError(str(path), "", f"cannot be read ({error.strerror})") from error
    try:
        found = _OptionsFile.model_validate(table)
    except ValidationError as error:
        facts = error.errors(include_url=False)
        raise document_error(str(path), table, facts, _OptionsFile.model_json_schema()) from error
    plain: dict[str, Any] = found.model_dump(exclude={"token_life_s"})
    for key in ("clients", "tls_cert", "tls_key", "state", "callback_ca"):
        plain[key] = path.parent / plain[key] if plain[key] is not None else None
    return VtnOptions(**plain, token_life=timedelta(seconds=found.token_life_s))


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
    context = None
    if options.tls_cert is not None and options.tls_key is not None:
        context = server_context(options.tls_cert, options.tls_key)

    def tell(port: int) -> None:
        host = f"[{options.host}]" if ":" in options.host else options.host
        url = f"{'https' if context else 'http'}://{host}:{port}{options.base_path}"
        log.info("the VTN listens on %s", url)
        ready(url)

    await serve(_config(options), clock, options.host, options.port, context, tell)


def _config(options: VtnOptions) -> VtnConfig:
    """What the VTN is told; one that listens on this machine alone may also call back there."""
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
    )
