"""The route by which the owner parts with a service provider."""

from drrouter.adapters.api.roles import OWNER
from drrouter.adapters.api.route import Call, Route, route
from drrouter.domain.ids import ProviderId
from drrouter.router.viewed import Parting


@route("POST", "/providers/{provider_id}/leave", OWNER, answer=Parting)
async def leave_provider(call: Call) -> Parting:
    """Part with a provider: deliver what waits for it, let it forget the home, and erase what is kept of it.

    Source: TR 102 935, 5.3.1.3 (free choice of the service provider).
    """
    return await call.router.leave_provider(ProviderId(call.path["provider_id"]), call.who.name)


PROVIDER_ROUTES: tuple[Route, ...] = (leave_provider,)
