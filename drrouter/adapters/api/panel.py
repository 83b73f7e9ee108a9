"""The web panel's files, read into memory once: what is not among them is not served, however a path looks.

The files hold nothing of the home, so that anyone may have them. Where the panel was not built, the root is a
page that says how to build it.
"""

import hashlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from aiohttp import web

log = logging.getLogger(__name__)

MOST_FILES = 200
MOST_BYTES = 8 * 1024 * 1024

_INDEX = "index.html"
_MEDIA = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".txt": "text/plain",
}
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_HASHED = re.compile(r"-[A-Z0-9]{8}\.[a-z0-9]+$")
_DEEPEST = 3
_MISSING = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>drrouter</title></head>
<body><h1>drrouter</h1><p>The router runs, but its web panel was not built in this checkout: run
<code>make panel</code> at its top, then start the router again.</p></body></html>
"""


@dataclass(frozen=True, slots=True)
class PanelFile:
    """One file of the panel.

    Attributes:
        path: by which it is reached, below the root.
        packed: the same by gzip, where the build made it.
    """

    path: str
    media: str
    plain: bytes
    packed: bytes | None = None

    @property
    def keeping(self) -> str:
        """How long a browser may keep it: for ever where the name tells the content."""
        if _HASHED.search(self.path):
            return "public, max-age=31536000, immutable"
        return "no-store" if self.media == "text/html" else "no-cache"

    @property
    def tag(self) -> str:
        """Changes with the content."""
        return hashlib.sha256(self.plain).hexdigest()[:24]


class Panel:
    """The files of one panel, and how they are answered."""

    def __init__(self, folder: Traversable | None, frame_ancestors: str = "'none'") -> None:
        """Read the folder.

        Args:
            folder: where the build put it; None where there was none.
            frame_ancestors: which pages may frame the panel (CSP).
        """
        found = {file.path: file for file in _files(folder)} if folder is not None else {}
        if _INDEX not in found:
            found = {_INDEX: PanelFile(_INDEX, _MEDIA[".html"], _MISSING.encode())}
        self.files = {"": found[_INDEX], **found}
        self._headers = {"Content-Security-Policy": policy(frame_ancestors)}
        self._headers["Cross-Origin-Opener-Policy"] = "same-origin"

    def answer(self, file: PanelFile, request: web.Request) -> web.Response:
        """The file, packed where the browser takes that; nothing but its tag where the browser has it."""
        packed = file.packed is not None and _takes_gzip(request.headers.get("Accept-Encoding", ""))
        etag = f'"{file.tag}{"-gz" if packed else ""}"'
        headers = self._headers | {"Cache-Control": file.keeping, "ETag": etag, "Vary": "Accept-Encoding"}
        if etag in request.headers.get("If-None-Match", "")[:1000]:
            return web.Response(status=304, headers=headers)
        if packed:
            headers["Content-Encoding"] = "gzip"
        body = file.packed if packed else file.plain
        return web.Response(body=body, headers=headers | {"Content-Type": _content_type(file.media)})


def policy(frame_ancestors: str) -> str:
    """The panel's content security policy: all from the router itself, nothing written into the page."""
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "font-src": "'self'",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": frame_ancestors,
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


def _files(folder: Traversable) -> Iterator[PanelFile]:
    """Every file that a browser may want, with its packed twin."""
    left = MOST_BYTES
    found = dict(_walk(folder, "", _DEEPEST))
    for path in sorted(found)[:MOST_FILES]:
        media = _MEDIA.get(path[path.rfind(".") :])
        if media is None:
            continue
        plain = found[path].read_bytes()
        packed = found[f"{path}.gz"].read_bytes() if f"{path}.gz" in found else None
        left -= len(plain) + len(packed or b"")
        if left < 0:
            log.warning("the panel is larger than %d bytes; the rest is not served", MOST_BYTES)
            return
        yield PanelFile(path, media, plain, packed)


def _walk(folder: Traversable, path: str, deep: int) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if not _NAME.fullmatch(entry.name):
            continue
        if entry.is_file():
            yield path + entry.name, entry
        elif deep > 1 and entry.is_dir():
            yield from _walk(entry, f"{path}{entry.name}/", deep - 1)


def _takes_gzip(accepted: str) -> bool:
    """Whether the browser unpacks gzip (RFC 9110, 12.5.3)."""
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in ("gzip", "x-gzip"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _content_type(media: str) -> str:
    is_text = media.startswith("text/") or media.endswith(("json", "svg+xml"))
    return f"{media}; charset=utf-8" if is_text else media
