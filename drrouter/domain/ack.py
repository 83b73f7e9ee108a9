"""What became of each version of an event, step by step, for the site or for each member of a group.

    received -> understood -+-> planned
             `-> not        +-> started -> done
                 understood `-> opted out, impossible           instead of what has not come by then

Each step comes once and has its instant. An order may be carried out before any plan knows of it, so planned
and started come in any order. Prices and words ask for no effect: planned is their last step.

Interpretation: a version that is replaced, or taken back before its end, has no outcome.

Source: TR 102 935, 5.1.2 (acknowledgements within seconds, then what became of the order).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from drrouter.domain.event import Event
from drrouter.domain.ids import DeviceId, EventId, ProgramId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.payload_classes import asks_effect
from drrouter.domain.plan import Reason
from drrouter.domain.said import carry, listed


class AckState(StrEnum):
    """One step."""

    RECEIVED = "received"
    UNDERSTOOD = "understood"
    NOT_UNDERSTOOD = "not_understood"
    PLANNED = "planned"
    STARTED = "started"
    DONE = "done"
    OPTED_OUT = "opted_out"
    IMPOSSIBLE = "impossible"


_NEEDS = {
    AckState.RECEIVED: None,
    AckState.UNDERSTOOD: AckState.RECEIVED,
    AckState.NOT_UNDERSTOOD: AckState.RECEIVED,
    AckState.PLANNED: AckState.UNDERSTOOD,
    AckState.STARTED: AckState.UNDERSTOOD,
    AckState.DONE: AckState.STARTED,
    AckState.OPTED_OUT: AckState.UNDERSTOOD,
    AckState.IMPOSSIBLE: AckState.UNDERSTOOD,
}
FAILURES = frozenset({AckState.OPTED_OUT, AckState.IMPOSSIBLE})
"""One may follow the other: what cannot be done may be refused, too."""
OUTCOMES = FAILURES | {AckState.DONE, AckState.NOT_UNDERSTOOD}


@dataclass(frozen=True, slots=True)
class Step:
    """A state that was reached; ``reason`` says why where that is not plain.

    Attributes:
        reason_said: the reason as a code with values; None where it is the words of others.
    """

    state: AckState
    at: datetime
    reason: str = ""
    reason_said: Reason | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """The reason carries its code."""
        carry(self, "reason")


@dataclass(frozen=True, slots=True)
class Ack:
    """What became of one version of an event.

    Attributes:
        member: the device that this is about; None for the whole site.
        steps: in the order in which they came.
    """

    member: DeviceId | None
    steps: tuple[Step, ...]

    @property
    def state(self) -> AckState:
        """How far it came; a plan that learns of an order late takes nothing back."""
        return max((step.state for step in self.steps), key=list(AckState).index)

    @property
    def reason(self) -> str:
        """Why it came so far and no farther; empty where that is plain."""
        state = self.state
        return next(step.reason for step in self.steps if step.state is state)

    @property
    def is_settled(self) -> bool:
        """Whether its outcome is known."""
        return any(step.state in OUTCOMES for step in self.steps)

    def has(self, state: AckState) -> bool:
        """Whether the step has come."""
        return any(step.state is state for step in self.steps)

    def may(self, state: AckState) -> bool:
        """Whether the step can come next."""
        needed = _NEEDS[state]
        if self.has(state) or (needed is not None and not self.has(needed)):
            return False
        return not self.is_settled or (state in FAILURES and any(self.has(one) for one in FAILURES))

    def took(self, state: AckState, at: datetime, reason: str = "") -> "Ack":
        """With one step more.

        Raises:
            ValueError: it cannot come next.
        """
        if not self.may(state):
            raise ValueError(f"{state} cannot follow {self.state}")
        return replace(self, steps=(*self.steps, Step(state, at, reason)))


@dataclass(frozen=True, slots=True)
class AckRecord:
    """What became of one version of an event, for all whom it is meant for.

    Attributes:
        span: from the first to the last instant at which it asks for an effect; None where it never does.
    """

    provider: ProviderId
    id: EventId
    version: str
    program_id: ProgramId
    name: str
    span: Interval | None
    acks: tuple[Ack, ...]

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will be told of it."""
        return self.span is None or all(ack.is_settled for ack in self.acks)

    def of(self, member: DeviceId | None) -> Ack:
        """That of the member; one that the event did not name shares what was common to all until now."""
        for ack in self.acks:
            if ack.member == member:
                return ack
        common = tuple(step for step in self.acks[0].steps if step.state not in OUTCOMES)
        return Ack(member, common)

    def put(self, ack: Ack) -> "AckRecord":
        """With this in the place of the member's."""
        others = {one.member: one for one in self.acks} | {ack.member: ack}
        return replace(self, acks=tuple(others.values()))

    def lengthened(self, event: Event) -> "AckRecord":
        """The same of an event of which more is known."""
        return replace(self, span=span_of(event))


def span_of(event: Event) -> Interval | None:
    """From the first to the last instant at which the event asks for an effect."""
    spans = [one.interval for one in event.payloads if asks_effect(one.type, one.value)]
    if not spans:
        return None
    return Interval(min(span.start for span in spans), max(span.end for span in spans))


def received(event: Event, members: tuple[DeviceId | None, ...], now: datetime) -> AckRecord:
    """The record of a version that has just come.

    Interpretation: what has parts that say something is understood, and its reason names those that do not.
    """
    is_clear = bool(event.payloads or event.asks or not event.ignored)
    judged = AckState.UNDERSTOOD if is_clear else AckState.NOT_UNDERSTOOD
    steps = Step(AckState.RECEIVED, now), Step(judged, now, listed(event.ignored))
    return AckRecord(
        provider=event.provider,
        id=event.id,
        version=event.version,
        program_id=event.program_id,
        name=event.name,
        span=span_of(event),
        acks=tuple(Ack(member, steps) for member in members),
    )
