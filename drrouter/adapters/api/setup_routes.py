"""Routes by which the owner sets a home up: what its file says, what to choose from, changes, a new start."""

from drrouter.adapters.api.roles import OWNER
from drrouter.adapters.api.route import Call, Route, route
from drrouter.adapters.api.setup_bodies import (
    DeviceBody,
    IntegrationBody,
    ProviderBody,
    SiteBody,
    TariffBody,
)
from drrouter.router.setting_up import SetupChoices, SetupView
from drrouter.router.strangers import Stranger, strangers


@route("GET", "/setup", OWNER, answer=SetupView)
async def setup(call: Call) -> SetupView:
    """What the home file says, whether the home runs by it, and what is amiss."""
    return await call.router.setup.view()


@route("GET", "/setup/choices", OWNER, answer=SetupChoices)
async def setup_choices(call: Call) -> SetupChoices:
    """Time zones, tariffs, object models, integrations; devices that were found are at /setup/found."""
    return await call.router.setup.choices()


@route("GET", "/setup/found", OWNER, answer=tuple[Stranger, ...])
async def setup_found(call: Call) -> tuple[Stranger, ...]:
    """Devices that were found and are none of the home file yet, each with what would be written of it."""
    return strangers(call.router.discovered(), (await call.router.setup.view()).devices)


@route("PUT", "/setup/site", OWNER, answer=SetupView, body=SiteBody)
async def set_site(call: Call) -> SetupView:
    """Name, place, time zone, currency and fuses of the home."""
    body: SiteBody = call.body
    return await call.router.setup.site(body.keys())


@route("PUT", "/setup/tariff", OWNER, answer=SetupView, body=TariffBody)
async def set_tariff(call: Call) -> SetupView:
    """A shipped tariff, or a price of one's own."""
    body: TariffBody = call.body
    return await call.router.setup.tariff(body.keys())


@route("POST", "/setup/providers", OWNER, answer=SetupView, body=ProviderBody)
async def set_provider(call: Call) -> SetupView:
    """Add a provider, or change the one of this id."""
    body: ProviderBody = call.body
    secret = body.secret.get_secret_value() if body.secret else None
    return await call.router.setup.provider(body.keys(), secret)


@route("DELETE", "/setup/providers/{name}", OWNER, answer=SetupView)
async def drop_provider(call: Call) -> SetupView:
    """Take a provider out."""
    return await call.router.setup.drop_provider(call.path["name"])


@route("POST", "/setup/devices", OWNER, answer=SetupView, body=DeviceBody)
async def set_device(call: Call) -> SetupView:
    """Add a device, which is only watched at first, or change the one of this id."""
    body: DeviceBody = call.body
    return await call.router.setup.device(body.keys())


@route("DELETE", "/setup/devices/{name}", OWNER, answer=SetupView)
async def drop_device(call: Call) -> SetupView:
    """Take a device out."""
    return await call.router.setup.drop_device(call.path["name"])


@route("PUT", "/setup/integrations/{domain}", OWNER, answer=SetupView, body=IntegrationBody)
async def set_integration(call: Call) -> SetupView:
    """Tell an integration what it needs, such as the address of a broker."""
    body: IntegrationBody = call.body
    secret = body.secret.get_secret_value() if body.secret else None
    return await call.router.setup.integration(call.path["domain"], body.settings, secret)


@route("POST", "/setup/apply", OWNER)
async def apply_setup(call: Call) -> None:
    """Begin anew with what the home file says now; whoever is signed in stays so."""
    await call.router.setup.apply()


SETUP_ROUTES: tuple[Route, ...] = (
    setup,
    setup_choices,
    setup_found,
    set_site,
    set_tariff,
    set_provider,
    drop_provider,
    set_device,
    drop_device,
    set_integration,
    apply_setup,
)
