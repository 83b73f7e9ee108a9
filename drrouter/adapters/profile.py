"""The note that a running router leaves for the next commands: where it is reached, and where its token lies.

    with remembered(Profile("http://127.0.0.1:8088", token_file=path)):
        ...                       # `drrouter status` needs no options meanwhile

It lies at ``$XDG_CONFIG_HOME/drrouter/profile.toml`` (``~/.config`` where that is not set), and is private.
"""

import json
import logging
import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from drrouter.errors import DocumentError

log = logging.getLogger(__name__)

_HEAD = "# Written by a running drrouter, so that the next commands find it.\n"


@dataclass(frozen=True, slots=True)
class Profile:
    """Where a router is reached, the token or the file that holds it, and what is trusted over TLS."""

    url: str
    token: str | None = None
    token_file: Path | None = None
    ca_file: Path | None = None

    def secret(self) -> str | None:
        """The token.

        Raises:
            DocumentError: the file cannot be read.
        """
        return read_token(self.token_file) if self.token is None and self.token_file else self.token


def profile_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the profile lies.

    Source: XDG Base Directory Specification (relative paths in the variable are ignored).
    """
    configured = Path(environment.get("XDG_CONFIG_HOME", ""))
    base = (
        configured
        if configured.is_absolute()
        else Path(environment.get("HOME", "~")).expanduser() / ".config"
    )
    return base / "drrouter" / "profile.toml"


def read_profile(path: Path) -> Profile | None:
    """The profile, None where there is none.

    Raises:
        DocumentError: it cannot be read, or says something else.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise DocumentError(str(path), "", f"cannot be read: {error}", "Remove it") from error
    values = {key: table.get(key) for key in ("url", "token", "token_file", "ca_file")}
    for key, value in values.items():
        if not isinstance(value, str | None) or (key == "url" and not value):
            raise DocumentError(str(path), key, "should be a text", "Remove the file, or mend it")
    url, token, token_file, ca_file = values.values()
    return Profile(
        str(url), token, Path(token_file) if token_file else None, Path(ca_file) if ca_file else None
    )


def write_profile(profile: Profile, path: Path) -> None:
    """Write the profile for its owner alone, whole or not at all.

    Raises:
        DocumentError: it cannot be written.
    """
    values = {
        "url": profile.url,
        "token": profile.token,
        "token_file": profile.token_file,
        "ca_file": profile.ca_file,
    }
    lines = [f"{key} = {json.dumps(str(value))}\n" for key, value in values.items() if value is not None]
    _replace(path, _HEAD + "".join(lines))


@contextmanager
def remembered(profile: Profile, path: Path | None = None) -> Iterator[None]:
    """Leave the note while entered; what was there before comes back, unless somebody else wrote meanwhile.

    The note is a convenience: where it cannot be written (a service without a home folder) that is logged.
    """
    place = path or profile_path()
    before = _text(place)
    try:
        write_profile(profile, place)
    except DocumentError as error:
        log.warning("commands will need --url and --token-file: %s", error.sentence)
    ours = _text(place)
    try:
        yield
    finally:
        if ours is not None and _text(place) == ours:
            with suppress(OSError, DocumentError):
                _put_back(place, before)


def read_token(path: Path) -> str:
    """The token in a file.

    Raises:
        DocumentError: it cannot be read, or is empty.
    """
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        remedy = "Is its router still running? Else name the token with --token or --token-file"
        raise DocumentError(str(path), "", f"the token cannot be read ({why})", remedy) from error
    if not token:
        raise DocumentError(str(path), "", "the file of the token is empty", "Start the router again")
    return token


def _text(path: Path) -> str | None:
    """What stands in the file, None where nothing can be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def _put_back(path: Path, before: str | None) -> None:
    if before is None:
        path.unlink()
    else:
        _replace(path, before)


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(path)
    except OSError as error:
        raise DocumentError(str(path), "", f"cannot be written: {error}") from error
