"""The only room that knows openleadr: messages are written by its templates and checked by its schema.

openleadr is imported by ``open_codec``, which is called when the first message is written.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from xml.sax.saxutils import escape

from drrouter.adapters.sp.openadr2.settings import Openadr2Settings
from drrouter.domain.said import said
from drrouter.errors import ProviderRefusedError, ProviderUnreachableError, ProviderUntrustedError

_MISSING = (
    "Provider {} speaks OpenADR 2.0b, for which a library is missing. "
    "Install it with: pip install 'drrouter[openadr2]'."
)
_OK = "200"
_OTHER_ENCODING = re.compile(r"\s*<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-8[\"'])", re.IGNORECASE)


class Node(Protocol):
    """What is used of an element of XML; a name may be sought in any namespace (``{*}name``)."""

    @property
    def tag(self) -> str:
        """Its name, with its namespace in braces."""
        ...

    @property
    def text(self) -> str | None:
        """What stands in it."""
        ...

    def find(self, path: str) -> "Node | None":
        """The first child, or descendant, of that name."""
        ...

    def iterfind(self, path: str) -> "Iterable[Node]":
        """All of them."""
        ...

    def findtext(self, path: str) -> str | None:
        """The text of the first."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the VTN, valid by the schema.

    Attributes:
        kind: its name, such as ``oadrDistributeEvent``; empty where the answer was empty.
        body: its element; None where the answer was empty.
    """

    kind: str
    body: Node | None = None

    def text(self, name: str) -> str:
        """The text of the first element of that name, wherever it stands; empty where there is none."""
        return text_of(self.body, name)

    @property
    def code(self) -> str:
        """The response code; 200 where the message has none."""
        return self.text("responseCode") or _OK

    @property
    def is_ok(self) -> bool:
        """Whether the provider agrees."""
        return self.code == _OK


def text_of(node: Node | None, name: str) -> str:
    """The text of the first descendant of that name, without blanks around it; empty where there is none."""
    found = node.findtext(f".//{{*}}{name}") if node is not None else None
    return (found or "").strip()


def own_text(node: Node) -> str:
    """The text of the element itself, without blanks around it."""
    return (node.text or "").strip()


class Codec:
    """Writes and reads messages, once openleadr was found."""

    def __init__(self, settings: Openadr2Settings, messaging: Any) -> None:
        """Keep the library's room for messages, and read the key where messages are signed."""
        self._id, self._messaging = settings.id, messaging
        signs = settings.sign and settings.cert_file and settings.key_file
        self._signature: dict[str, Any] = {"disable_signature": True}
        if signs and settings.cert_file and settings.key_file:
            self._signature = {
                "cert": _read(settings, settings.cert_file),
                "key": _read(settings, settings.key_file),
            }

    def write(self, kind: str, payload: Mapping[str, Any]) -> str:
        """A message, signed where the settings say so.

        Texts are escaped here: openleadr's templates write them as they are.
        """
        written: str = self._messaging.create_message(kind, **self._signature, **_escaped(payload))
        return written

    def read(self, raw: bytes) -> Message:
        """What an answer says.

        Document types and entities are refused before anything parses them.

        Raises:
            ProviderUnreachableError: it is no message of OpenADR 2.0b.
        """
        if not raw.strip():
            return Message("")
        try:
            text = raw.decode("utf-8")
            if "<!DOCTYPE" in text or "<!ENTITY" in text or _OTHER_ENCODING.match(text):
                raise ValueError("it defines entities, or is not in UTF-8")
            root = self._messaging.validate_xml_schema(raw)
        except (SyntaxError, ValueError) as error:  # lxml's errors of syntax and schema are SyntaxErrors
            why = " ".join(str(error).split())[:200]
            raise ProviderUnreachableError(said("link.other", provider=self._id, why=why)) from error
        for body in root.iterfind("{*}oadrSignedObject/*"):
            return Message(body.tag.rpartition("}")[2], body)
        raise ProviderUnreachableError(f"Provider {self._id} sent a message without content.")


def open_codec(settings: Openadr2Settings) -> Codec:
    """Load openleadr.

    Raises:
        ProviderRefusedError: it is not installed.
        ProviderUntrustedError: certificate or key cannot be read.
    """
    try:
        from openleadr import messaging
    except ImportError as error:
        raise ProviderRefusedError(_MISSING.format(settings.id)) from error
    return Codec(settings, messaging)


def _read(settings: Openadr2Settings, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ProviderUntrustedError(
            f"The file {file} of provider {settings.id} cannot be read: {error.strerror}."
        ) from error


def _escaped(value: Any) -> Any:
    """The same with every text made fit for XML."""
    if isinstance(value, str):
        return escape(value, {'"': "&quot;"})
    if isinstance(value, Mapping):
        return {key: _escaped(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_escaped(one) for one in value]
    return value
