"""Reads a home file and everything that it points to: object models, tariff, secrets, certificates.

The form of the file is left to ``document``. Relative paths start from the home file's folder.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from drrouter.adapters.this_machine import is_loopback
from drrouter.config.devices import devices_of
from drrouter.config.document import ApiPart, HomeDocument, RouterPart, json_schema
from drrouter.config.failsafe import failsafe_of
from drrouter.config.feeds import FeedConfig, FeedPart, beside, feed_of
from drrouter.config.home import (
    ApiConfig,
    Exposure,
    HomeConfig,
    LocalVtnConfig,
    OfflineConfig,
    ProviderConfig,
    RouterConfig,
    WebhookConfig,
)
from drrouter.config.integrations import (
    Settings,
    integrations_of,
    settings_in,
    tables_of,
    with_integrations,
    without_devices,
)
from drrouter.config.mandates import mandates_of
from drrouter.config.parts import SitePart
from drrouter.config.provider_parts import LocalVtnPart, OfflinePart, ProviderPart, WebhookPart
from drrouter.config.secret import Secret, require_private, secret_from_environment, secret_from_file
from drrouter.config.tariffs import tariff_of
from drrouter.config.trust import believed
from drrouter.domain.device import DeviceProfile
from drrouter.domain.document import Table, as_json, parse_toml
from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.domain.remedy import document_error
from drrouter.errors import DocumentError
from drrouter.objectmodel import Catalogue, load_catalogue, read_file


def load_home(
    path: Path, catalogue: Catalogue | None = None, environ: Mapping[str, str] | None = os.environ
) -> HomeConfig:
    """Read and resolve a home file.

    Args:
        path: the file.
        catalogue: the object models; None takes the shipped ones and the home's own folder.
        environ: where ``client_secret_env`` is looked up; None looks nowhere and leaves the secret out,
            as a check does that runs outside the router's environment.

    Raises:
        DocumentError: what is wrong first; its notes name the rest.
    """
    where = str(path)
    return resolve_home(read_home(read_file(path), where), path, catalogue, environ)


@dataclass(frozen=True, slots=True)
class WrittenHome:
    """A home file as it is written: its document, and the settings of the integrations that it tells of."""

    document: HomeDocument
    settings: Settings


def read_home(data: bytes, where: str) -> WrittenHome:
    """Read a home file and check its form.

    Raises:
        DocumentError: what is wrong first; its notes name the rest.
    """
    return _checked(parse_toml(data, where), where)


def resolve_home(
    written: WrittenHome, path: Path, catalogue: Catalogue | None, environ: Mapping[str, str] | None
) -> HomeConfig:
    """Everything that a home file says and points to.

    Raises:
        DocumentError: something that it points to is missing or does not fit.
    """
    document = written.document
    where, folder, site = str(path), path.parent, document.site
    models_folder = _models_folder(folder, site.device_models, where)
    if catalogue is None:
        catalogue = load_catalogue(models_folder)
    _refuse_silent_exposure(written, where)
    devices = devices_of(document.device, catalogue, where)
    providers, feeds = _providers(document, path, environ, [device.profile for device in devices])
    unverified = tuple(believed(providers, feeds))
    tariff = tariff_of(document.tariff, site.currency, folder, where)
    integrations = integrations_of(document, written.settings, where)
    faults = [fault.sentence for fault in catalogue.faults]
    return HomeConfig(
        path=path,
        name=site.name,
        zone=ZoneInfo(site.time_zone),
        currency=site.currency,
        import_limit_w=site.import_limit_w,
        base_load_w=site.base_load_w,
        co2_price_per_kg=site.co2_price_per_kg,
        tariff=tariff,
        providers=providers,
        feeds=feeds,
        mandates=mandates_of(document.provider),
        devices=devices,
        router=_router(document.router),
        api=_api(document.api, folder, where),
        store_path=folder / document.store.path,
        integrations=integrations,
        catalogue=catalogue,
        models_folder=models_folder,
        place=_place(site),
        line_limit_w=site.line_limit_w,
        pv_peak_w=site.pv.peak_w if site.pv else 0.0,
        local_vtn=_local_vtn(document.local_vtn, folder, where) if document.local_vtn else None,
        exposures=tuple(Exposure(part.what, part.interface, part.reason) for part in document.exposure),
        unverified=unverified,
        warnings=(*unverified, *faults, *beside(feeds, tariff), *without_devices(integrations)),
    )


def _checked(table: Table, where: str) -> WrittenHome:
    """The document and its integrations, or all that is wrong in words."""
    tables = tables_of(table)
    settings, facts = settings_in(tables)
    rest = {key: value for key, value in table.items() if key not in tables}
    try:
        document = HomeDocument.model_validate_json(as_json(rest))
    except ValidationError as error:
        facts = [*error.errors(include_url=False), *facts]
        raise document_error(where, table, facts, with_integrations(json_schema(), tables)) from error
    if facts:
        raise document_error(where, table, facts, with_integrations(json_schema(), tables))
    return WrittenHome(document, settings)


def _models_folder(folder: Path, name: str | None, where: str) -> Path | None:
    """The home's own object models."""
    if name is None:
        return None
    models = folder / name
    if not models.is_dir():
        raise DocumentError(
            where, "site.device_models", f"{models} is no folder", "Make it, or take the key out"
        )
    return models


def _place(site: SitePart) -> tuple[float, float] | None:
    """Where the home is, in degrees north and east."""
    return None if site.latitude is None or site.longitude is None else (site.latitude, site.longitude)


def _router(part: RouterPart) -> RouterConfig:
    """Seconds and hours as spans."""
    return RouterConfig(
        reconcile=timedelta(seconds=part.reconcile_s),
        replan=timedelta(seconds=part.replan_s),
        solver_budget=timedelta(seconds=part.solver_budget_s),
        horizon=timedelta(hours=part.horizon_h),
    )


def _api(part: ApiPart, folder: Path, where: str) -> ApiConfig:
    """The local API with its files."""
    return ApiConfig(
        host=part.host,
        port=part.port,
        token_file=folder / part.token_file,
        cert_file=_existing(folder, part.cert_file, where, "api.cert_file"),
        key_file=_existing(folder, part.key_file, where, "api.key_file"),
        names=part.names,
        https_only=part.https_only,
    )


def _providers(
    document: HomeDocument,
    path: Path,
    environ: Mapping[str, str] | None,
    profiles: Sequence[DeviceProfile],
) -> tuple[tuple[ProviderConfig, ...], tuple[FeedConfig, ...]]:
    """Every provider and feed; their ids differ."""
    seen: set[str] = set()
    for part in document.provider:
        if part.id in seen:
            raise DocumentError(str(path), f"provider[{part.id}].id", "is used twice", "Give each its own id")
        seen.add(part.id)
    parts = document.provider
    mine = [part for part in parts if isinstance(part, ProviderPart)]
    providers = (_provider(part, path, environ, profiles) for part in mine)
    return tuple(providers), tuple(feed_of(part, path) for part in parts if isinstance(part, FeedPart))


def _provider(
    part: ProviderPart, path: Path, environ: Mapping[str, str] | None, profiles: Iterable[DeviceProfile]
) -> ProviderConfig:
    """One provider with its secret and files."""
    key = f"provider[{part.id}]"
    return ProviderConfig(
        id=ProviderId(part.id),
        kind=part.kind,
        role=part.role,
        url=part.url,
        client_id=part.client_id,
        client_secret=_secret(part, path, key, environ),
        token_url=part.token_url,
        ca_file=_existing(path.parent, part.ca_file, str(path), f"{key}.ca_file"),
        ven_name=part.ven_name,
        poll=timedelta(seconds=part.poll_s),
        jitter=part.jitter,
        programs=part.programs,
        webhook=_webhook(part.webhook, path, f"{key}.webhook") if part.webhook else None,
        offline=_offline(part.offline, path.parent),
        failsafe=failsafe_of(part.failsafe, profiles, str(path), f"{key}.failsafe"),
        randomize_prices=part.randomize_prices,
        version=part.version,
        mqtt=part.mqtt,
        data_of=_data_of(part, profiles, str(path), f"{key}.data_of"),
        ven_id=part.ven_id,
        cert_file=_existing(path.parent, part.cert_file, str(path), f"{key}.cert_file"),
        key_file=_existing(path.parent, part.key_file, str(path), f"{key}.key_file"),
        sign=part.sign,
        unverified=part.tls_reason,
    )


def _data_of(
    part: ProviderPart, profiles: Iterable[DeviceProfile], where: str, key: str
) -> tuple[DeviceId, ...]:
    """The devices whose data it is to have; each is one of the home file."""
    known = {profile.id for profile in profiles}
    for name in part.data_of:
        if name not in known:
            remedy = f"Known: {', '.join(sorted(known)) or 'none'}"
            raise DocumentError(where, key, f"{name!r} is no device", remedy)
    return tuple(DeviceId(name) for name in part.data_of)


def _secret(part: ProviderPart, path: Path, key: str, environ: Mapping[str, str] | None) -> Secret | None:
    """The provider's secret, from wherever the home file says."""
    where = str(path)
    if part.client_secret is not None:
        require_private(path, where, f"{key}.client_secret")
        return Secret(part.client_secret.get_secret_value())
    if part.client_secret_file is not None:
        file = path.parent / part.client_secret_file
        return secret_from_file(file, where, f"{key}.client_secret_file")
    if part.client_secret_env is not None:
        return secret_from_environment(part.client_secret_env, where, f"{key}.client_secret_env", environ)
    return None


def _offline(part: OfflinePart | None, folder: Path) -> OfflineConfig | None:
    """Where the offline profile comes from; a file that is not there yet is read when it comes."""
    if part is None:
        return None
    return OfflineConfig(file=folder / part.file if part.file else None, url=part.url)


def _webhook(part: WebhookPart, path: Path, key: str) -> WebhookConfig:
    """A provider's listener with its files."""
    return WebhookConfig(
        host=part.host,
        port=part.port,
        url=part.url,
        cert_file=_existing(path.parent, part.cert_file, str(path), f"{key}.cert_file"),
        key_file=_existing(path.parent, part.key_file, str(path), f"{key}.key_file"),
    )


def _local_vtn(part: LocalVtnPart, folder: Path, where: str) -> LocalVtnConfig:
    """The home's own VTN with its files."""
    clients = _existing(folder, part.clients, where, "local_vtn.clients")
    return LocalVtnConfig(
        clients=clients or folder,
        host=part.host,
        port=part.port,
        name=part.name,
        cert_file=_existing(folder, part.cert_file, where, "local_vtn.cert_file"),
        key_file=_existing(folder, part.key_file, where, "local_vtn.key_file"),
        state=folder / part.state if part.state else None,
        mqtt=part.mqtt,
        mqtt_ca=_existing(folder, part.mqtt_ca, where, "local_vtn.mqtt_ca"),
    )


def _existing(folder: Path, name: str | None, where: str, key: str) -> Path | None:
    """A file that must be there, None where none is named."""
    if name is None:
        return None
    file = folder / name
    if not file.is_file():
        raise DocumentError(where, key, f"there is no file {file}", "Check the path")
    return file


def _refuse_silent_exposure(written: WrittenHome, where: str) -> None:
    """What listens beyond this machine is named as an exception, with its reason (S8)."""
    document = written.document
    listening = [("api", "api.host", document.api.host)]
    if document.local_vtn is not None:
        listening.append(("local_vtn", "local_vtn.host", document.local_vtn.host))
    for domain in ("ocpp", "s2"):  # integrations to which devices connect
        if (settings := written.settings.get(domain)) is not None:
            listening.append((domain, f"{domain}.host", str(settings.model_dump()["host"])))
    for provider in document.provider:
        if isinstance(provider, ProviderPart) and provider.webhook:
            listening.append(("webhook", f"provider[{provider.id}].webhook.host", provider.webhook.host))
    allowed = {(part.what, part.interface) for part in document.exposure}
    for what, key, host in listening:
        if not is_loopback(host) and (what, host) not in allowed:
            raise DocumentError(
                where,
                key,
                f"{host} can be reached from other machines",
                f'Write 127.0.0.1, or add an [[exposure]] with what = "{what}", interface = "{host}" '
                "and a reason",
            )
    for key, part in (("api", document.api), ("local_vtn", document.local_vtn)):
        if part is not None and not is_loopback(part.host) and part.cert_file is None:
            raise DocumentError(
                where,
                f"{key}.cert_file",
                "is missing, and beyond this machine nothing travels in plain text",
                "Add cert_file and key_file",
            )
