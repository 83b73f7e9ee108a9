"""Checks any document of drrouter, whatever it is, and says in a sentence what it holds."""

from collections.abc import Callable
from pathlib import Path

from drrouter.config.check_model import check_model
from drrouter.config.checked import CheckedDocument
from drrouter.config.document import SCHEMA as HOME
from drrouter.config.files import check_files
from drrouter.config.load import read_home, resolve_home
from drrouter.domain.document import parse_toml, schema_of
from drrouter.domain.remedy import nearest
from drrouter.errors import DocumentError
from drrouter.objectmodel import SCHEMA as DEVICE
from drrouter.objectmodel import read_file
from drrouter.tariff import OFFLINE_SCHEMA as OFFLINE
from drrouter.tariff import SCHEMA as TARIFF
from drrouter.tariff import read_offline, read_tariff


def check_document(path: Path) -> CheckedDocument:
    """Check a home file, an object model, a tariff or an offline profile, whichever it says it is.

    Environment variables are not looked at: those of the router may differ from those of the check.

    Raises:
        DocumentError: what is wrong first; its notes (``__notes__``) name the rest, one sentence each.
    """
    where = str(path)
    data = read_file(path)
    schema = schema_of(parse_toml(data, where), where)
    checks: dict[str, Callable[[bytes, Path], CheckedDocument]] = {
        HOME: _check_home,
        DEVICE: _check_model,
        TARIFF: _check_tariff,
        OFFLINE: _check_offline,
    }
    if schema not in checks:
        raise DocumentError(
            where, "schema", f"{schema!r} is no kind of document", nearest(schema, list(checks))
        )
    return checks[schema](data, path)


def _check_home(data: bytes, path: Path) -> CheckedDocument:
    """A home file, with everything that it points to."""
    home = resolve_home(read_home(data, str(path)), path, None, None)
    check_files(home, path)
    for provider in home.providers:
        if provider.offline and provider.offline.file:
            read_offline(read_file(provider.offline.file), str(provider.offline.file))
    devices, providers = (
        _count(len(home.devices), "device"),
        _count(len(home.providers) + len(home.feeds), "provider"),
    )
    sentence = f"Home {home.name!r} has {devices}, {providers} and the tariff {home.tariff.id}."
    return CheckedDocument("home", sentence, home.warnings)


def _check_model(data: bytes, path: Path) -> CheckedDocument:
    """An object model."""
    return check_model(data, str(path))


def _check_tariff(data: bytes, path: Path) -> CheckedDocument:
    """A tariff."""
    tariff = read_tariff(data, str(path))
    parts = _count(len(tariff.component), "component")
    base = "follows the provider's prices" if tariff.follows_provider else "stands on its own"
    sentence = f"Tariff {tariff.id}, version {tariff.version}, in {tariff.currency}: {parts}; it {base}."
    return CheckedDocument("tariff", sentence)


def _check_offline(data: bytes, path: Path) -> CheckedDocument:
    """An offline profile."""
    profile = read_offline(data, str(path))
    peaks, limits = _count(len(profile.peak), "peak window"), _count(len(profile.limit), "limit")
    after = profile.timeouts.link_timeout_s / 60
    sentence = (
        f"Offline profile {profile.id}, version {profile.version}, of {profile.provider}: {peaks}, {limits}; "
        f"in force {after:g} minutes after the link was lost, from {profile.valid.first} to "
        f"{profile.valid.last}."
    )
    return CheckedDocument("offline profile", sentence)


def _count(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
