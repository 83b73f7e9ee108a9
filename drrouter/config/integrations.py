"""Which integrations a home uses, with the settings of each."""

from pydantic import ValidationError

from drrouter.adapters.devices.settings import IntegrationSettings
from drrouter.adapters.devices.table import TRANSPORTS
from drrouter.config.document import HomeDocument
from drrouter.errors import DocumentError

ALWAYS = frozenset({"kasa"})
"""Looked for in every home, for it needs nothing but the home network."""


def integrations_of(document: HomeDocument, where: str) -> dict[str, IntegrationSettings]:
    """The settings of every integration that has a table, that a device uses, or that is always there.

    Raises:
        DocumentError: a device uses an integration that must be told something, and has no table.
    """
    settings = document.integrations
    for device in document.device:
        if device.integration not in settings:
            settings[device.integration] = _untold(
                device.integration, where, f"device[{device.id}].integration"
            )
    for domain in ALWAYS - settings.keys():
        settings[domain] = TRANSPORTS[domain].settings()
    return settings


def _untold(domain: str, where: str, key: str) -> IntegrationSettings:
    """The settings of an integration without a table."""
    try:
        return TRANSPORTS[domain].settings()
    except ValidationError as error:
        needed = ", ".join(str(fact["loc"][0]) for fact in error.errors(include_url=False) if fact["loc"])
        raise DocumentError(
            where, key, f"{domain!r} must be told its {needed}", f"Add a table [{domain}] with {needed}"
        ) from error
