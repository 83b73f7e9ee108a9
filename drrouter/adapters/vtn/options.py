"""What a VTN program is started with: flags, or a TOML file that may hold the clients as well.

port = 8090
state = "vtn.sqlite"

[[client]]
id = "grid-operator"
secret_hash = "scrypt$16384$8$1$..."      # drrouter vtn --hash-secret
role = "bl"

[[client]]
id = "home-17"
secret = "in clear"                       # only in a file that nobody else can read
role = "ven"
ven_name = "home-17"
targets = ["group-1"]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationError,
)

from drrouter.adapters.vtn.config import ClientCredential, Role
from drrouter.adapters.vtn.mqtt import safe_broker
from drrouter.adapters.vtn.secret_hash import Verifier, is_hashed
from drrouter.domain.document import Table, parse_toml
from drrouter.domain.remedy import document_error
from drrouter.errors import DocumentError

_Name = Annotated[StrictStr, Field(min_length=1, max_length=128)]
_Secret = Annotated[StrictStr, Field(min_length=1, max_length=4096)]
_File = Annotated[StrictStr | None, Field(min_length=1)]
_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class VtnOptions:
    """What the program is started with; see ``VtnConfig`` for what is not said here.

    Attributes:
        clients: the file with the ``[[client]]`` tables.
        tls_cert, tls_key: PEM files; needed unless ``host`` is this machine.
        announce: the name under which it is found by mDNS; empty: it is not announced.
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
    mqtt: str | None = None
    mqtt_ca: Path | None = None
    announce: str = ""


class _Client(BaseModel):
    """One client."""

    model_config = ConfigDict(extra="forbid")

    id: _Name
    secret: _Secret | None = Field(None, description="The secret in clear.")
    secret_hash: _Secret | None = Field(None, description="The secret, hashed by drrouter vtn --hash-secret.")
    role: Role = Field(description="bl (business logic) or ven.")
    ven_name: _Name | None = None
    targets: list[_Name] = []


class _Document(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid")

    client: list[_Client] = []
    clients: _File = Field(None, description="The file of the clients, where they do not stand here.")
    host: StrictStr = "127.0.0.1"
    port: StrictInt = Field(8090, ge=0, le=65535)
    tls_cert: _File = None
    tls_key: _File = None
    state: _File = None
    token_life_s: StrictInt = Field(3600, ge=60, le=7 * 86400)
    base_path: StrictStr = Field("", pattern=r"^(/[A-Za-z0-9._~-]+)*$")
    public_url: StrictStr | None = Field(None, pattern=r"^https?://")
    callback_ca: _File = None
    challenge_callbacks: StrictBool = True
    targets_must_be_asked: StrictBool = False
    mqtt: Annotated[StrictStr, AfterValidator(safe_broker)] | None = None
    mqtt_ca: _File = None
    announce: StrictStr = Field("", pattern=r"^[A-Za-z0-9-]{1,40}$|^$")


def read_options(path: Path, flags: Mapping[str, object] | None = None) -> VtnOptions:
    """The options that a file says; its paths start at the file's folder.

    Args:
        path: the file.
        flags: keys that the command line says instead.

    Raises:
        DocumentError: it cannot be read, or is no such file.
    """
    found = _read(path, flags or {})
    if bool(found.client) == (found.clients is not None):
        remedy = "Write [[client]] tables, or name their file"
        raise DocumentError(str(path), "client, clients", "needs one of the two", remedy)
    plain: dict[str, Any] = found.model_dump(exclude={"client", "token_life_s"})
    for key in ("tls_cert", "tls_key", "state", "callback_ca", "mqtt_ca"):
        plain[key] = path.parent / plain[key] if plain[key] is not None else None
    plain["clients"] = path.parent / found.clients if found.clients is not None else path
    return VtnOptions(**plain, token_life=timedelta(seconds=found.token_life_s))


def read_clients(path: Path) -> tuple[ClientCredential, ...]:
    """The clients that a file names.

    Raises:
        DocumentError: it cannot be read, names none, or shows secrets in clear to others.
    """
    found = _read(path, {})
    if not found.client:
        raise DocumentError(str(path), "client", "is missing", "Name at least one [[client]]")
    is_private = not path.stat().st_mode & _OTHERS
    return tuple(_credential(client, str(path), is_private) for client in found.client)


def _read(path: Path, flags: Mapping[str, object]) -> _Document:
    try:
        table: Table = {**parse_toml(path.read_bytes(), str(path)), **flags}
    except OSError as error:
        raise DocumentError(str(path), "", f"cannot be read ({error.strerror})") from error
    try:
        return _Document.model_validate(table)
    except ValidationError as error:
        facts = error.errors(include_url=False)
        raise document_error(str(path), table, facts, _Document.model_json_schema()) from error


def _credential(client: _Client, where: str, is_private: bool) -> ClientCredential:
    key = f"client[{client.id}]"
    if (client.secret is None) == (client.secret_hash is None):
        raise DocumentError(where, key, "needs either secret_hash or secret")
    if client.secret is not None and not is_private:
        remedy = "Use secret_hash, or take the others' rights away: chmod 600"
        raise DocumentError(where, f"{key}.secret", "stands in clear in a file that others can read", remedy)
    if client.secret_hash is not None:
        _require_hash(client.secret_hash, where, f"{key}.secret_hash")
    return ClientCredential(
        client_id=client.id,
        secret=client.secret_hash or client.secret or "",
        role=client.role,
        ven_name=client.ven_name,
        targets=tuple(client.targets),
    )


def _require_hash(text: str, where: str, key: str) -> None:
    """Refuse what is not made by ``hash_secret``."""
    remedy = "Make one: drrouter vtn --hash-secret"
    if not is_hashed(text):
        raise DocumentError(where, key, "is not a hashed secret", remedy)
    try:
        Verifier(text)
    except ValueError as error:
        raise DocumentError(where, key, str(error), remedy) from error
