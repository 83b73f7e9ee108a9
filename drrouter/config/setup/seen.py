"""What a home file says, as clients of the setup see it; secrets are told to nobody."""

from pathlib import Path

from drrouter.adapters.devices.settings import IntegrationSettings
from drrouter.config.document import DevicePart, HomeDocument
from drrouter.config.feeds import FeedPart
from drrouter.config.load import WrittenHome
from drrouter.config.provider_parts import ProviderPart
from drrouter.config.setup import own_tariff
from drrouter.config.tariffs import tariff_of
from drrouter.errors import InputError
from drrouter.router.setting_up import (
    DeviceSetup,
    ProviderSetup,
    SetupView,
    SiteSetup,
    TariffSetup,
)


def seen_in(
    home: WrittenHome,
    path: Path,
    *,
    is_pending: bool,
    can_apply: bool,
    warnings: tuple[str, ...] = (),
    trouble: str = "",
) -> SetupView:
    """The view of a file that was read; see ``SetupView``."""
    document = home.document
    site = document.site
    return SetupView(
        file=path.name,
        site=SiteSetup(
            site.name,
            site.time_zone,
            site.currency,
            site.latitude,
            site.longitude,
            site.import_limit_w,
            site.line_limit_w,
        ),
        tariff=_tariff(document, path),
        providers=tuple(_provider(part) for part in document.provider),
        devices=tuple(_device(part) for part in document.device),
        integrations=tuple(home.settings),
        is_pending=is_pending,
        can_apply=can_apply,
        warnings=warnings,
        trouble=trouble,
        settings={domain: _said_in(table) for domain, table in home.settings.items()},
    )


def _said_in(table: IntegrationSettings) -> dict[str, str | float | bool]:
    """What a person has written into an integration's table, as far as a form shows it."""
    written = table.model_dump(exclude_unset=True)
    return {
        key: value
        for key, value in written.items()
        if isinstance(value, str | float | int) and not key.endswith("_file")
    }


def _tariff(document: HomeDocument, path: Path) -> TariffSetup | None:
    """The tariff that is named, None where it cannot be read."""
    try:
        tariff = tariff_of(document.tariff, document.site.currency, path.parent, str(path))
    except InputError:
        return None
    own = own_tariff.keys_of(tariff) if document.tariff.file == own_tariff.NAME else {}
    return TariffSetup(
        tariff.id,
        tariff.name,
        tariff.currency,
        tariff.follows_provider,
        own.get("price_per_kwh"),
        own.get("feed_in_per_kwh"),
    )


def _provider(part: ProviderPart | FeedPart) -> ProviderSetup:
    if isinstance(part, FeedPart):
        where = part.url or part.file or ""
        return ProviderSetup(
            part.id, part.kind, part.role, where, format=part.format, has_secret=part.token_file is not None
        )
    secrets = (part.client_secret, part.client_secret_file, part.client_secret_env)
    return ProviderSetup(
        part.id,
        part.kind,
        part.role,
        part.url,
        client_id=part.client_id,
        has_secret=any(one is not None for one in secrets),
    )


def _device(part: DevicePart) -> DeviceSetup:
    return DeviceSetup(
        part.id,
        part.name,
        part.model,
        part.integration,
        part.match.model_dump(exclude_none=True),
        part.watch_only,
        dict(part.parameters),
    )
