"""The TOML file of a VTN's clients.

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

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError

from drrouter.adapters.vtn.config import ClientCredential, Role
from drrouter.adapters.vtn.secret_hash import Verifier, is_hashed
from drrouter.domain.document import parse_toml
from drrouter.domain.remedy import document_error
from drrouter.errors import DocumentError

_Name = Annotated[StrictStr, Field(min_length=1, max_length=128)]
_Secret = Annotated[StrictStr, Field(min_length=1, max_length=4096)]


class _Client(BaseModel):
    """One client."""

    model_config = ConfigDict(extra="forbid")

    id: _Name
    secret: _Secret | None = Field(None, description="The secret in clear.")
    secret_hash: _Secret | None = Field(None, description="The secret, hashed by drrouter vtn --hash-secret.")
    role: Role = Field(description="bl (business logic) or ven.")
    ven_name: _Name | None = None
    targets: list[_Name] = []


class _ClientsFile(BaseModel):
    """All of them."""

    model_config = ConfigDict(extra="forbid")

    client: list[_Client] = Field(min_length=1, description="At least one [[client]].")


def read_clients(path: Path) -> tuple[ClientCredential, ...]:
    """The clients that the file names.

    Raises:
        DocumentError: it cannot be read, is no such file, or shows secrets in clear to others.
    """
    try:
        table = parse_toml(path.read_bytes(), str(path))
        is_private = not path.stat().st_mode & 0o077
    except OSError as error:
        raise DocumentError(str(path), "", f"cannot be read ({error.strerror})") from error
    try:
        found = _ClientsFile.model_validate(table)
    except ValidationError as error:
        facts = error.errors(include_url=False)
        raise document_error(str(path), table, facts, _ClientsFile.model_json_schema()) from error
    return tuple(_credential(client, str(path), is_private) for client in found.client)


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
    try:
        Verifier(text)
    except ValueError as error:
        raise DocumentError(where, key, str(error)) from error
    if not is_hashed(text):
        raise DocumentError(where, key, "is not a hashed secret", "Make one: drrouter vtn --hash-secret")
