"""What the router tells a provider about its events, in the words of OpenADR 2.0b.

    receipt             CreatedEvent  optIn; optOut where the router obeys nothing of it,
                                      with code 460 where no signal of the event is used
    opted out, site     CreatedEvent  optOut
    opted out, device   CreateOpt     optOut of that resource for this event, its id made from the message
    impossible          CreatedEvent  optIn, and the words of the response say what is lacking
    started, done       nothing: telemetry shows them
    receipt of a later  CancelOpt     of what was opted out of the version before
      version

Interpretation: 2.0b has no word for an order that is met in part; the home still takes part. A device that
opts out where the provider has no EiOpt does not opt the whole home out; the provider is not told.

A message about a version that was overtaken, or about an event that the provider lists no more, is let go:
nobody waits for it.
"""

import hashlib
import logging
from dataclasses import dataclass

from drrouter.adapters.sp.openadr2.known import KnownEvents, Standing
from drrouter.adapters.sp.openadr2.normalise import MOST_NUMBER, number_in
from drrouter.adapters.sp.openadr2.session import EVENTS, OPTS, ServiceMissingError, Session, new_id
from drrouter.domain.ids import EventId
from drrouter.domain.signal import NOTHING, MessageKind, OutboxItem
from drrouter.errors import ProviderError, ProviderRefusedError
from drrouter.ports import Clock

log = logging.getLogger(__name__)

_MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class _Response:
    """One answer about one event."""

    event_id: EventId
    number: int
    opt: str
    code: str = "200"
    words: str = "OK"


class Answers:
    """Answers events of one provider."""

    def __init__(self, session: Session, known: KnownEvents, clock: Clock) -> None:
        """Have answered nothing yet."""
        self._session, self._known, self._clock = session, known, clock
        self._opts: dict[EventId, list[str]] = {}
        self._out: set[tuple[EventId, int]] = set()

    async def own(self, ven_id: str) -> None:
        """Answer what the router is not told of: cancelled events, tests, events of others.

        Raises:
            ProviderError: some were not answered; they are next time.
        """
        for event_id, standing in self._known.unanswered().items():
            response = _Response(event_id, standing.number, standing.opt, standing.code)
            try:
                await self._created(ven_id, response)
                await self._take_back(ven_id, event_id)
            except ProviderRefusedError as error:
                log.warning("%s", error)
            self._known.answered([event_id])

    async def send(self, item: OutboxItem, ven_id: str) -> None:
        """Deliver one message.

        Raises:
            ProviderError: it was not delivered.
        """
        standing = self._known.standing(item.event_id)
        if standing is None or number_in(item.event_version) < min(standing.number, MOST_NUMBER):
            log.info("the %s of event %s is let go: it was overtaken", item.kind, item.event_id)
        elif standing.wants_answer:
            await self._tell(item, standing, ven_id)

    async def _tell(self, item: OutboxItem, standing: Standing, ven_id: str) -> None:
        event, number = item.event_id, standing.number
        match item.kind:
            case MessageKind.RECEIPT:
                await self._take_back(ven_id, event, but=number)
                if (event, number) not in self._out:
                    words = str(item.payloads.get("ignored", "OK")) + (", late" if item.late else "")
                    opt = "optOut" if item.payloads.get("obeyed") == NOTHING else standing.opt
                    await self._created(ven_id, _Response(event, number, opt, standing.code, words))
            case MessageKind.OPTED_OUT if item.member:
                await self._opt_out(item, number, ven_id)
            case MessageKind.OPTED_OUT:
                self._out.add((event, number))
                await self._created(ven_id, _Response(event, number, "optOut"))
            case MessageKind.IMPOSSIBLE:
                late = "; late" if item.late else ""
                words = ", ".join(f"{key}: {value}" for key, value in sorted(item.payloads.items()))
                opt = "optOut" if (event, number) in self._out else "optIn"
                await self._created(ven_id, _Response(event, number, opt, words=f"in part; {words}{late}"))

    async def _created(self, ven_id: str, response: _Response) -> None:
        """One CreatedEvent; the id of a request that nobody made may be anything."""
        request = new_id()
        answer = await self._session.ask(
            EVENTS,
            "oadrCreatedEvent",
            ven_id=ven_id,
            response={"response_code": "200", "response_description": "OK", "request_id": request},
            event_responses=[
                {
                    "response_code": response.code,
                    "response_description": response.words[:_MOST_WORDS],
                    "request_id": request,
                    "event_id": response.event_id,
                    "modification_number": response.number,
                    "opt_type": response.opt,
                }
            ],
        )
        if not answer.is_ok:
            said = answer.text("responseDescription")[:_MOST_WORDS]
            raise ProviderRefusedError(
                f"The provider refuses the answer to event {response.event_id} ({answer.code} {said})."
            )

    async def _opt_out(self, item: OutboxItem, number: int, ven_id: str) -> None:
        """Opt one device out; a second time under the same id changes nothing."""
        opt_id = opt_id_of(item, number)
        try:
            answer = await self._session.ask(
                OPTS,
                "oadrCreateOpt",
                ven_id=ven_id,
                opt_id=opt_id,
                opt_type="optOut",
                opt_reason="overrideStatus",
                created_date_time=self._clock.now(),
                event_id=item.event_id,
                modification_number=number,
                targets=[{"resource_id": item.member}],
            )
        except ServiceMissingError:
            log.warning(
                "the provider has no EiOpt and is not told that %s opted out of %s",
                item.member,
                item.event_id,
            )
            return
        if not answer.is_ok:
            raise ProviderRefusedError(f"The provider refuses that {item.member} opts out ({answer.code}).")
        self._opts.setdefault(item.event_id, []).append(opt_id)

    async def _take_back(self, ven_id: str, event_id: EventId, but: int | None = None) -> None:
        """Cancel what was opted out of an event; ``but`` names a version whose opt-outs stay."""
        opts = self._opts.get(event_id, [])
        while old := [one for one in opts if not one.endswith(f"-{but}")]:
            opts.remove(old[0])  # before the asking: members of a group come side by side
            try:
                await self._session.ask(OPTS, "oadrCancelOpt", ven_id=ven_id, opt_id=old[0])
            except ProviderError:
                opts.append(old[0])
                raise


def opt_id_of(item: OutboxItem, number: int) -> str:
    """The same for the same message; ends with the modification number."""
    return f"{hashlib.sha256(item.id.encode()).hexdigest()[:32]}-{number}"
