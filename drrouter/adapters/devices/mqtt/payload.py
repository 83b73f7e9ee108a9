"""One message as it came: bytes of a stranger, read as text or JSON once at most, and only if short."""

from functools import cached_property
from typing import Any

from drrouter.adapters.strict_json import MOST_BYTES, parse
from drrouter.errors import MessageError


class Payload:
    """What a message carries.

    >>> Payload(b'{"a": 1}').json, Payload(b'{"a": NaN}').json
    ({'a': 1}, None)

    Attributes:
        raw: its bytes.
        retained: whether the broker kept it from before, so that its age is unknown.
    """

    def __init__(self, raw: bytes, *, retained: bool = False, most_bytes: int = MOST_BYTES) -> None:
        """Nothing is parsed yet; more than ``most_bytes`` never will be."""
        self.raw, self.retained, self._most = raw, retained, most_bytes

    @cached_property
    def text(self) -> str:
        """It as text; "" where it is none or too long."""
        if len(self.raw) > self._most:
            return ""
        return self.raw.decode("utf-8", "replace").strip()

    @cached_property
    def json(self) -> Any:
        """It as JSON; None where it is none."""
        try:
            return parse(self.raw, "message", self._most)
        except MessageError:
            return None

    @property
    def table(self) -> dict[str, Any]:
        """It as a JSON object; empty where it is none."""
        return self.json if isinstance(self.json, dict) else {}
