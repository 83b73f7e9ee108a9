"""What there is to choose from while a home is set up: time zones, tariffs, object models, integrations."""

from typing import get_args

from drrouter.adapters.devices.table import TRANSPORTS, settings_of
from drrouter.config.feeds import Format
from drrouter.config.setup.places import countries, currency_of, zones
from drrouter.config.tariffs import shipped_tariffs
from drrouter.objectmodel import Catalogue, ModelDocument, read_file
from drrouter.router.setting_up import (
    IntegrationChoice,
    ModelChoice,
    ParameterChoice,
    SetupChoices,
    TariffChoice,
    ZoneChoice,
)
from drrouter.tariff import TariffDocument, read_tariff

_ENGLISH = "en"


def choices_of(catalogue: Catalogue) -> SetupChoices:
    """All of it; files are read."""
    return SetupChoices(
        zones=tuple(_zone(name) for name in zones()),
        tariffs=tuple(_tariff(one) for one in _tariffs()),
        models=tuple(_model(one) for one in sorted(catalogue.values(), key=lambda model: model.id)),
        integrations=tuple(
            IntegrationChoice(domain, transport.title, settings_of(domain).model_json_schema())
            for domain, transport in TRANSPORTS.items()
        ),
        formats=get_args(Format),
    )


def _zone(name: str) -> ZoneChoice:
    country = countries().get(name, "")
    return ZoneChoice(name, country, currency_of(country))


def _tariffs() -> list[TariffDocument]:
    shipped = shipped_tariffs()
    return [read_tariff(read_file(shipped[name], name), name) for name in sorted(shipped)]


def _tariff(tariff: TariffDocument) -> TariffChoice:
    """A calendar in UTC says nothing of a country; its currency may."""
    own = {currency_of(code): code for code in ("US", "GB", "CA", "AU", "NO")}
    country = countries().get(tariff.time_zone) or own.get(tariff.currency, "")
    return TariffChoice(
        tariff.id,
        tariff.name,
        tariff.note or "",
        country,
        tariff.time_zone,
        tariff.currency,
        tariff.follows_provider,
    )


def _model(model: ModelDocument) -> ModelChoice:
    identity = model.identity
    parameters = tuple(
        ParameterChoice(str(one.id), one.name[_ENGLISH], one.default, one.min, one.max)
        for one in model.parameters
    )
    name = identity.name[_ENGLISH] if identity.name else identity.model
    maker = "" if identity.brand == "Generic" else f"{identity.brand} "
    return ModelChoice(str(model.id), f"{maker}{name}", identity.device_class.value, parameters)
