"""The part of the client that carries the owner's word over the whole home."""

from datetime import datetime

from drrouter.adapters.client_talk import Talk
from drrouter.domain.ids import DeviceId, EventId, ProviderId
from drrouter.domain.owner import HandsOff, OptOut, Vacation
from drrouter.router.viewed import EventCost, Parting

_LEAVING_S = 90.0
_PLANNING_S = 30.0


class OwnerCalls(Talk):
    """Opt-outs, hands off, days away, and the parting with a provider."""

    async def opt_out(
        self,
        provider: ProviderId | None = None,
        event_id: EventId | None = None,
        device_id: DeviceId | None = None,
        until: datetime | None = None,
    ) -> OptOut:
        """Take the home, or a device, out of orders; without an end, until the named event is over."""
        named = {"provider": provider, "event_id": event_id, "device_id": device_id}
        body = {key: value for key, value in named.items() if value is not None} | _end("until", until)
        word: OptOut = self._read(OptOut, await self._send("POST", ("opt-outs",), body))
        return word

    async def opt_in(self, word_id: str) -> None:
        """Let orders count again."""
        await self._send("DELETE", ("opt-outs", word_id))

    async def event_cost(self, provider: ProviderId, event_id: EventId) -> EventCost:
        """What obeying an event costs, by a plan with it and one without."""
        answer = await self._send("GET", ("events", provider, event_id, "cost"), total_s=_PLANNING_S)
        cost: EventCost = self._read(EventCost, answer)
        return cost

    async def take_hands_off(self, until: datetime | None = None) -> HandsOff:
        """Steer nothing until then, or until told to."""
        answer = await self._send("PUT", ("hands-off",), _end("until", until))
        word: HandsOff = self._read(HandsOff, answer)
        return word

    async def steer(self) -> None:
        """Steer again."""
        await self._send("DELETE", ("hands-off",))

    async def go_away(self, end: datetime, start: datetime | None = None) -> Vacation:
        """Nobody is at home from the start, or from now, to the end."""
        body = _end("end", end) | _end("start", start)
        word: Vacation = self._read(Vacation, await self._send("PUT", ("vacation",), body))
        return word

    async def leave_provider(self, provider_id: ProviderId) -> Parting:
        """Part with a provider for good; takes a while where it does not answer."""
        path = "providers", provider_id, "leave"
        parting: Parting = self._read(Parting, await self._send("POST", path, total_s=_LEAVING_S))
        return parting

    async def come_back(self) -> None:
        """Somebody is at home."""
        await self._send("DELETE", ("vacation",))


def _end(key: str, instant: datetime | None) -> dict[str, str]:
    return {} if instant is None else {key: instant.isoformat()}
