"""What obeying an event costs: the home is planned with it and without, and the bills are compared.

Nobody carries these plans out. Left out of the home without it is only what the event asks to be done; the
prices that it tells stay, since they hold whether one obeys or not. It is the bill that is compared: comfort
has no price here, and what is missed because of the event is told beside the money.
"""

from dataclasses import replace

from drrouter.domain.ack import span_of
from drrouter.domain.event import Event
from drrouter.domain.ids import EventId, ProviderId
from drrouter.domain.payload_classes import asks_effect
from drrouter.domain.plan import Miss, Plan, SolveRung
from drrouter.domain.said import said
from drrouter.errors import MessageError
from drrouter.router.core import Router
from drrouter.router.viewed import EventCost
from drrouter.router.what_if import WhatIf

_TRIGGER = "what an event costs"
_TRIFLE = 0.01


async def cost_of(router: Router, what_if: WhatIf, provider: ProviderId, event_id: EventId) -> EventCost:
    """Compare the home with the event and without.

    Raises:
        MessageError: there is no such event, or nothing to be done because of it within the plan.
    """
    event = _event_of(router, provider, event_id)
    events = {**router.book.events, (provider, event_id): without_effect(event)}
    free = router.problem(_TRIGGER, timeline=router.steering.supposing(events.values()))
    bound = router.problem(_TRIGGER)
    until = bound.slots[-1].end
    span = span_of(event)
    if span is None or span.end <= bound.now or span.start >= until:
        raise _wrong(said("refused.no_effect"))
    obeying, ignoring = await what_if.both(bound, free)
    return EventCost(
        provider,
        event_id,
        cost=obeying.cost.money - ignoring.cost.money,
        currency=bound.currency,
        until=until,
        misses=_more(obeying, ignoring),
        solve_rung=_worse(obeying, ignoring),
    )


def without_effect(event: Event) -> Event:
    """The event with what it tells, less what it asks to be done."""
    told = tuple(one for one in event.payloads if not asks_effect(one.type, one.value))
    return replace(event, payloads=told)


def _event_of(router: Router, provider: ProviderId, event_id: EventId) -> Event:
    event = router.book.events.get((provider, event_id))
    if event is None:
        raise _wrong(said("refused.no_event", provider=provider, event=event_id))
    return event


def _wrong(problem: str) -> MessageError:
    return MessageError("the request", "event_id", problem, said("refused.see_events"))


def _more(obeying: Plan, ignoring: Plan) -> tuple[Miss, ...]:
    """What is missed by more than it would be anyway."""
    anyway = {(one.kind, one.device_id): one.amount for one in ignoring.misses}
    return tuple(
        one for one in obeying.misses if one.amount > anyway.get((one.kind, one.device_id), 0.0) + _TRIFLE
    )


def _worse(obeying: Plan, ignoring: Plan) -> SolveRung:
    """The lower rung of both."""
    return max(obeying.solve_rung, ignoring.solve_rung, key=list(SolveRung).index)
