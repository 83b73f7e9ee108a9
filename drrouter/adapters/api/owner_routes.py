"""Routes of the owner's word over the whole home: opt-outs, hands off, days away."""

from datetime import datetime

from drrouter.adapters.api.requests import HandsOffBody, OptOutBody, VacationBody
from drrouter.adapters.api.roles import PEOPLE
from drrouter.adapters.api.route import Call, Route, route
from drrouter.domain.ids import DeviceId, EventId, ProviderId
from drrouter.domain.owner import HandsOff, OptOut, Vacation
from drrouter.domain.said import said
from drrouter.errors import MessageError


@route("POST", "/opt-outs", PEOPLE, answer=OptOut, body=OptOutBody)
async def opt_out(call: Call) -> OptOut:
    """Take the home, or a device, out of a provider's orders for a while; its provider is told."""
    body: OptOutBody = call.body
    until = body.until or _end_of(call, body)
    word = OptOut(
        until,
        None if body.provider is None else ProviderId(body.provider),
        None if body.event_id is None else EventId(body.event_id),
        None if body.device_id is None else DeviceId(body.device_id),
        call.who.name,
    )
    return await call.router.opt_out(word)


@route("DELETE", "/opt-outs/{word_id}", PEOPLE)
async def opt_in(call: Call) -> None:
    """Let orders count again."""
    await call.router.opt_in(call.path["word_id"], call.who.name)


@route("PUT", "/hands-off", PEOPLE, answer=HandsOff, body=HandsOffBody)
async def take_hands_off(call: Call) -> HandsOff:
    """Steer nothing: every device is as it would be without the router."""
    body: HandsOffBody = call.body
    return await call.router.take_hands_off(body.until, call.who.name)


@route("DELETE", "/hands-off", PEOPLE)
async def steer(call: Call) -> None:
    """Steer again."""
    await call.router.steer(call.who.name)


@route("PUT", "/vacation", PEOPLE, answer=Vacation, body=VacationBody)
async def go_away(call: Call) -> Vacation:
    """Nobody is at home for a while."""
    body: VacationBody = call.body
    start = body.start or call.clock.now()
    if body.end <= start:
        problem = said("refused.after_start")
        raise MessageError("the request", "end", problem, said("refused.other_end"))
    return await call.router.go_away(Vacation(start, body.end, call.who.name))


@route("DELETE", "/vacation", PEOPLE)
async def come_back(call: Call) -> None:
    """Somebody is at home."""
    await call.router.come_back(call.who.name)


def _end_of(call: Call, body: OptOutBody) -> datetime:
    """When the named event ends.

    Raises:
        MessageError: there is no such event.
    """
    for view in call.router.events():
        if (view.event.provider, view.event.id) == (body.provider, body.event_id) and view.event.payloads:
            return max(payload.interval.end for payload in view.event.payloads)
    problem = said("refused.no_event", provider=str(body.provider), event=str(body.event_id))
    raise MessageError("the request", "event_id", problem, said("refused.see_events"))


OWNER_ROUTES: tuple[Route, ...] = (opt_out, opt_in, take_hands_off, steer, go_away, come_back)
