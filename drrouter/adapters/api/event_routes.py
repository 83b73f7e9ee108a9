"""The route that tells what obeying an event costs."""

from drrouter.adapters.api.roles import PEOPLE
from drrouter.adapters.api.route import Call, Route, route
from drrouter.domain.ids import EventId, ProviderId
from drrouter.router.viewed import EventCost


@route("GET", "/events/{provider_id}/{event_id}/cost", PEOPLE, answer=EventCost)
async def event_cost(call: Call) -> EventCost:
    """What obeying an event costs, by a plan with it and one without; nobody carries them out."""
    path = call.path
    return await call.router.event_cost(ProviderId(path["provider_id"]), EventId(path["event_id"]))


EVENT_ROUTES: tuple[Route, ...] = (event_cost,)
