"""Which integrations a home uses, with the settings of each; the form of no other one is loaded."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from drrouter.adapters.devices.settings import IntegrationSettings
from drrouter.adapters.devices.table import TRANSPORTS, settings_of
from drrouter.config.document import HomeDocument
from drrouter.domain.document import Table, as_json
from drrouter.domain.remedy import Fact
from drrouter.errors import DocumentError

ALWAYS = frozenset({"kasa"})
"""Looked for in every home, for it needs nothing but the home network."""

Settings = Mapping[str, IntegrationSettings]
"""By the integration's domain."""


def tables_of(table: Table) -> dict[str, Any]:
    """The tables of integrations in a home file."""
    return {domain: table[domain] for domain in TRANSPORTS if domain in table}


def settings_in(tables: Mapping[str, Any]) -> tuple[dict[str, IntegrationSettings], list[Fact]]:
    """The settings that the tables state, and what is wrong with those that state none."""
    settings: dict[str, IntegrationSettings] = {}
    facts: list[Fact] = []
    for domain, table in tables.items():
        try:
            settings[domain] = settings_of(domain).model_validate_json(as_json(table))
        except ValidationError as error:
            facts += [{**fact, "loc": (domain, *fact["loc"])} for fact in error.errors(include_url=False)]
    return settings, facts


def with_integrations(schema: Mapping[str, Any], tables: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a home file with that of these integrations in full, the others by name alone."""
    forms = {domain: settings_of(domain).model_json_schema() for domain in tables}
    parts = {domain: forms.get(domain, {"type": "object"}) for domain in TRANSPORTS}
    definitions = {name: one for form in forms.values() for name, one in form.pop("$defs", {}).items()}
    return {
        **schema,
        "properties": {**schema["properties"], **parts},
        "$defs": {**schema.get("$defs", {}), **definitions},
    }


def integrations_of(document: HomeDocument, told: Settings, where: str) -> dict[str, IntegrationSettings]:
    """The settings of every integration that has a table, that a device uses, or that is always there.

    Raises:
        DocumentError: a device uses an integration that must be told something, and has no table.
    """
    settings = dict(told)
    for device in document.device:
        if device.integration not in settings:
            key = f"device[{device.id}].integration"
            settings[device.integration] = _untold(device.integration, where, key)
    for domain in ALWAYS - settings.keys():
        settings[domain] = settings_of(domain)()
    return settings


def without_devices(settings: Settings) -> Iterator[str]:
    """One sentence for each integration that can reach no device, since it is told of none."""
    for domain, told in settings.items():
        if table := told.missing:
            yield (
                f"{TRANSPORTS[domain].title} is told of no device and finds none by itself. "
                f"Add a [[{domain}.{table}]] table, or take [{domain}] out."
            )


def _untold(domain: str, where: str, key: str) -> IntegrationSettings:
    """The settings of an integration without a table."""
    try:
        return settings_of(domain)()
    except ValidationError as error:
        needed = ", ".join(str(fact["loc"][0]) for fact in error.errors(include_url=False) if fact["loc"])
        raise DocumentError(
            where, key, f"{domain!r} must be told its {needed}", f"Add a table [{domain}] with {needed}"
        ) from error
