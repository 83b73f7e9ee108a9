"""The owner's word over the whole home, as the router in memory takes it: written down, and no more."""

from datetime import datetime, timedelta

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.ids import EventId, ProviderId
from drrouter.domain.owner import HandsOff, OptOut, Vacation
from drrouter.domain.plan import SolveRung
from drrouter.errors import MessageError
from drrouter.router.viewed import EventCost, EventView


class MemoryWords:
    """Events and what is said of them, hands off and days away."""

    clock: SimulatedClock
    words: list[object]

    def events(self) -> tuple[EventView, ...]:
        raise NotImplementedError

    async def event_cost(self, provider_id: ProviderId, event_id: EventId) -> EventCost:
        if (provider_id, event_id) not in [(one.event.provider, one.event.id) for one in self.events()]:
            raise MessageError("the request", "event_id", "there is no such event", "See the events")
        return EventCost(
            provider_id, event_id, 0.12, "EUR", self.clock.now() + timedelta(hours=24), (), SolveRung.OPTIMAL
        )

    async def opt_out(self, word: OptOut) -> OptOut:
        self.words.append(word)
        return word

    async def opt_in(self, word_id: str, by: str = "owner") -> None:
        self.words.append((word_id, by))

    async def take_hands_off(self, until: datetime | None, by: str = "owner") -> HandsOff:
        self.words.append(word := HandsOff(self.clock.now(), until, by))
        return word

    async def steer(self, by: str = "owner") -> None:
        self.words.append(("steer", by))

    async def go_away(self, word: Vacation) -> Vacation:
        self.words.append(word)
        return word

    async def come_back(self, by: str = "owner") -> None:
        self.words.append(("come back", by))
