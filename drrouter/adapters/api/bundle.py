"""A bundle for whoever helps: what the router shows of itself, without what tells who lives here.

    drrouter-bundle.zip
      doctor.json status.json devices.json plan.json events.json journal.json providers ...

Interpretation: taken out are addresses (IP, MAC, serial numbers, urls, host names, folders), texts of
providers, names that people gave, and whatever looks like a secret. What was taken out is called the same
everywhere in one bundle, so that a helper can still follow it through.
"""

import hashlib
import io
import json
import re
import secrets
import zipfile
from collections.abc import Mapping
from functools import partial
from typing import Any

_HEX = r"[0-9A-Fa-f]{1,4}"
_GROUPS = rf"{_HEX}(?::{_HEX}){{0,6}}"
_ADDRESS = re.compile(
    r"(?<![\w:.])(?:\d{1,3}(?:\.\d{1,3}){3}"
    r"|(?:[0-9A-Fa-f]{2}[:-]){5,7}[0-9A-Fa-f]{2}"
    rf"|{_GROUPS}::(?:{_GROUPS})?|::{_GROUPS}"
    rf"|(?:{_HEX}:){{3,7}}[0-9A-Fa-f]{{0,4}}"
    r"|(?:0x)?(?:[0-9A-Fa-f]{12}|[0-9A-Fa-f]{16}))(?!\w)"
)
"""IPv4; MAC and EUI-64, with and without marks between; IPv6, with and without its zeros."""
_HOST = re.compile(
    r"\b(?:[a-z0-9-]+\.)+(?:local|lan|home|internal|home\.arpa|fritz\.box)\b"
    r"|\b(?:[a-z0-9-]+\.)+(?!toml|json|py)[a-z]{2,}(?=:\d{2,5}\b)",
    re.IGNORECASE,
)
"""Of a home by its ending, and any that stands before a port."""
_FOLDER = re.compile(r"(?<![\w/])/(?:[\w.@+-]+/)+")
"""Which leads to a file; the name of the file itself stays."""
_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_MAIL = re.compile(r"\b[^\s@]+@[^\s@]+\.[A-Za-z]{2,}\b")
_TOKEN = re.compile(r"\b(?:drr_)?[A-Za-z0-9_-]{32,}\b")
_TAKEN_OUT = (
    ("url", _URL),
    ("mail", _MAIL),
    ("folder", _FOLDER),
    ("address", _ADDRESS),
    ("host", _HOST),
    ("secret", _TOKEN),
)
_SHORT = 4
_HIDDEN_KEYS = frozenset(
    ("address", "by", "identity", "label", "name", "password", "secret", "site", "text", "token", "url")
)
"""Values under these keys are texts of people or strangers, or addresses."""
_KEPT_NAMES = frozenset({"phases", "programmes", "modes"})
"""Under these keys names are those of an object model."""


class Redactor:
    """Takes out what tells who lives here; the same thing is called the same throughout one bundle."""

    def __init__(self, known_names: Mapping[str, str]) -> None:
        """``known_names`` are names that people gave, with what to write instead."""
        self._salt = secrets.token_bytes(16)
        self._known = {name: instead for name, instead in known_names.items() if name.strip()}
        self._names = [
            (_spelt(name), self._known[name]) for name in sorted(self._known, key=len, reverse=True)
        ]

    def value(self, value: Any, key: str = "", under: str = "") -> Any:
        """The same value without it."""
        if isinstance(value, Mapping):
            return {str(name): self.value(one, str(name), key or under) for name, one in value.items()}
        if isinstance(value, list):
            return [self.value(one, key, under) for one in value]
        if isinstance(value, str):
            hidden = key in _HIDDEN_KEYS and not (key == "name" and under in _KEPT_NAMES)
            return self._alias(key, value) if hidden and value else self.text(value)
        return value

    def text(self, text: str) -> str:
        """A sentence without names of people, addresses and secrets."""
        for pattern, instead in self._names:
            text = pattern.sub(instead.replace("\\", r"\\"), text)
        for kind, pattern in _TAKEN_OUT:
            text = pattern.sub(partial(self._hide, kind), text)
        return text

    def _hide(self, kind: str, match: re.Match[str]) -> str:
        return self._alias(kind, match[0])

    def _alias(self, kind: str, text: str) -> str:
        known = self._known.get(text)
        digest = hashlib.blake2s(text.encode(), key=self._salt, digest_size=3).hexdigest()
        return known or f"<{kind} {digest}>"


def _spelt(name: str) -> re.Pattern[str]:
    """The name in capitals or not; a short one only as a word of its own, for it is part of many others."""
    spelt = re.escape(name)
    return re.compile(spelt if len(name) >= _SHORT else rf"(?<!\w){spelt}(?!\w)", re.IGNORECASE)


def bundle_of(parts: Mapping[str, Any], known_names: Mapping[str, str]) -> bytes:
    """A ZIP file with one JSON file for each part, redacted."""
    redactor, out = Redactor(known_names), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in parts.items():
            content = json.dumps(redactor.value(value), indent=1, ensure_ascii=False, sort_keys=True)
            archive.writestr(zipfile.ZipInfo(f"{name}.json"), content)
    return out.getvalue()
