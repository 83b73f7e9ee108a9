"""Routes that show: what the router is, plans, knows and remembers."""

from drrouter.adapters.api.requests import JournalQuery, WhyQuery
from drrouter.adapters.api.roles import PEOPLE, READERS, READERS_AND_APPLIANCE
from drrouter.adapters.api.route import Call, Route, Scope, route
from drrouter.adapters.api.views import why_view
from drrouter.domain.ids import DeviceId
from drrouter.domain.journal import JournalEntry
from drrouter.domain.plan import Plan
from drrouter.domain.said import said
from drrouter.domain.timeline import Timeline
from drrouter.errors import DeviceUnknownError
from drrouter.router.provider_views import ProviderView
from drrouter.router.viewed import DeviceView, EventView, FoundView, LedgerView, StatusView, WhyView


@route("GET", "/status", READERS, answer=StatusView)
async def status(call: Call) -> StatusView:
    """The router at a glance."""
    return call.router.status()


@route("GET", "/plan", READERS, answer=Plan | None)
async def plan(call: Call) -> Plan | None:
    """The plan in force, null before the first one."""
    return call.router.plan()


@route("GET", "/plan/why", READERS, answer=WhyView, query=WhyQuery)
async def why(call: Call) -> WhyView:
    """Why a device runs when it runs."""
    return why_view(_device(call, call.query.device), call.router.plan())


@route("GET", "/devices", READERS, answer=tuple[DeviceView, ...])
async def devices(call: Call) -> tuple[DeviceView, ...]:
    """Every device of the home file."""
    return call.router.devices()


@route("GET", "/devices/{device_id}", READERS_AND_APPLIANCE, answer=DeviceView, scope=Scope.DEVICE)
async def device(call: Call) -> DeviceView:
    """One device."""
    return _device(call, call.path["device_id"])


@route("GET", "/events", READERS, answer=tuple[EventView, ...])
async def events(call: Call) -> tuple[EventView, ...]:
    """Every event that is kept."""
    return call.router.events()


@route("GET", "/providers", READERS, answer=tuple[ProviderView, ...])
async def providers(call: Call) -> tuple[ProviderView, ...]:
    """Every service provider: what it may send, what holds of it, and who won where it conflicts."""
    return call.router.providers()


@route("GET", "/timeline", READERS, answer=Timeline)
async def timeline(call: Call) -> Timeline:
    """Prices, limits and orders over time."""
    return call.router.timeline()


@route("GET", "/journal", READERS, answer=tuple[JournalEntry, ...], query=JournalQuery)
async def journal(call: Call) -> tuple[JournalEntry, ...]:
    """The newest decisions, each with its reason, newest first."""
    device_id = None if call.query.device is None else DeviceId(call.query.device)
    return await call.router.journal(call.query.most, device_id)


@route("GET", "/discovered", PEOPLE, answer=tuple[FoundView, ...])
async def discovered(call: Call) -> tuple[FoundView, ...]:
    """Devices seen on the home network, with their addresses."""
    return call.router.discovered()


@route("GET", "/ledger", READERS, answer=LedgerView)
async def ledger(call: Call) -> LedgerView:
    """The router's account of its own work."""
    return call.router.ledger()


def _device(call: Call, device_id: str) -> DeviceView:
    """The view of a device.

    Raises:
        DeviceUnknownError: there is none of that id.
    """
    views = {view.profile.id: view for view in call.router.devices()}
    if device_id not in views:
        known = ", ".join(sorted(views)) or "none"
        raise DeviceUnknownError(said("refused.no_device", device=device_id, names=known))
    return views[DeviceId(device_id)]


READ_ROUTES: tuple[Route, ...] = (
    status,
    plan,
    why,
    devices,
    device,
    events,
    providers,
    timeline,
    journal,
    discovered,
    ledger,
)
