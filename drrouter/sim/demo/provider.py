"""The service provider's business logic: sends the day's events to the VTN over HTTP, as its operator would.

    async with BusinessLogic(vtn_url, "operator", secret, clock) as provider:
        await provider.perform(act)

Source: OpenADR 3.1.0, openadr3.yaml, paths ``/programs``, ``/events``, ``/reports``.
"""

import json
from http import HTTPStatus
from typing import Any

import aiohttp

from drrouter.adapters.openadr3.requests import (
    EventDescriptor,
    EventRequest,
    IntervalPeriodRequest,
    IntervalRequest,
    ProgramRequest,
    Values,
)
from drrouter.adapters.openadr3.times import format_instant, format_span
from drrouter.domain.event import PayloadType
from drrouter.domain.interval import Interval
from drrouter.errors import ProviderRefusedError, ProviderUnreachableError
from drrouter.ports import Clock
from drrouter.sim.demo.scenario import (
    ALERTS,
    EXPORT_FEE_PER_KWH,
    HOUR,
    LIMITS,
    LOADS,
    PRICES,
    ZONE,
    Cancel,
    Order,
    PriceNotice,
    ProviderAct,
    co2_g_per_kwh,
    day_ahead,
)

PROGRAMS = (PRICES, LIMITS, LOADS, ALERTS)
TIMEOUT = aiohttp.ClientTimeout(total=15)

_DESCRIPTORS = {
    PayloadType.PRICE: EventDescriptor(payload_type="PRICE", units="KWH", currency="EUR"),
    PayloadType.EXPORT_PRICE: EventDescriptor(payload_type="EXPORT_PRICE", units="KWH", currency="EUR"),
    PayloadType.GHG: EventDescriptor(payload_type="GHG", units="GHG"),
    PayloadType.IMPORT_CAPACITY_LIMIT: EventDescriptor(payload_type="IMPORT_CAPACITY_LIMIT", units="KW"),
}

Json = dict[str, Any]


class BusinessLogic:
    """A client of the VTN with the rights of its operator."""

    def __init__(self, url: str, client_id: str, secret: str, clock: Clock) -> None:
        """Speak to the VTN whose base address this is."""
        self._url, self._client_id, self._secret, self._clock = url.rstrip("/"), client_id, secret, clock
        self._programs: dict[str, str] = {}
        self._events: dict[str, str] = {}

    async def __aenter__(self) -> "BusinessLogic":
        """Fetch a token and create the programs.

        Raises:
            ProviderUnreachableError: the VTN does not answer.
            ProviderRefusedError: it refuses the credentials or a request.
        """
        self._http = aiohttp.ClientSession(timeout=TIMEOUT)
        try:
            await self._log_in()
            for name in PROGRAMS:
                program = await self._call("POST", "/programs", ProgramRequest(program_name=name).wire())
                self._programs[name] = str(program["id"])
        except BaseException:
            await self._http.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._http.close()

    async def perform(self, act: ProviderAct) -> None:
        """Send, change or take back what the act says."""
        if isinstance(act, Cancel):
            await self._call("DELETE", f"/events/{self._events.pop(act.key)}")
            return
        body = self._event(act.what).wire()
        if known := self._events.get(act.what.key):
            await self._call("PUT", f"/events/{known}", body)
        else:
            event = await self._call("POST", "/events", body)
            self._events[act.what.key] = str(event["id"])

    async def reports(self) -> list[Json]:
        """What VENs have told so far."""
        found: list[Json] = []
        while page := await self._call("GET", f"/reports?skip={len(found)}&limit=50"):
            found += page
        return found

    def event_id(self, key: str) -> str | None:
        """The VTN's name for what was sent under this key."""
        return self._events.get(key)

    def _event(self, what: PriceNotice | Order) -> EventRequest:
        if isinstance(what, PriceNotice):
            kinds = [PayloadType.PRICE, PayloadType.EXPORT_PRICE, PayloadType.GHG]
            program, intervals = PRICES, _price_intervals(what)
        else:
            kinds, program = [what.kind], what.program
            intervals = [IntervalRequest(id=0, payloads=[Values(type=what.kind, values=[_wire_value(what)])])]
        order = what if isinstance(what, Order) else None
        return EventRequest(
            program_id=self._programs[program],
            event_name=what.key,
            priority=order.priority if order else None,
            targets=list(order.targets) if order and order.targets else None,
            payload_descriptors=[_DESCRIPTORS[kind] for kind in kinds if kind in _DESCRIPTORS] or None,
            interval_period=_period(what.interval, HOUR if order is None else None),
            intervals=intervals,
        )

    async def _log_in(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._secret,
        }
        self._http.headers.pop("Authorization", None)
        status, token = await self._request("POST", "/auth/token", data=form)
        if status >= HTTPStatus.BAD_REQUEST:
            raise ProviderRefusedError(f"The VTN refuses the credentials of {self._client_id}: {status}")
        self._http.headers["Authorization"] = f"Bearer {token['access_token']}"

    async def _call(self, method: str, path: str, body: Json | None = None) -> Any:
        """One request; a token that has expired is renewed once."""
        status, answer = await self._request(method, path, json=body)
        if status == HTTPStatus.UNAUTHORIZED:
            await self._log_in()
            status, answer = await self._request(method, path, json=body)
        if status >= HTTPStatus.BAD_REQUEST:
            raise ProviderRefusedError(f"The VTN refuses {method} {path}: {status} {answer}")
        return answer

    async def _request(self, method: str, path: str, **content: Any) -> tuple[int, Any]:
        with self._clock.working():
            try:
                async with self._http.request(method, self._url + path, **content) as answer:
                    text = await answer.text()
            except (aiohttp.ClientError, TimeoutError) as error:
                raise ProviderUnreachableError(f"The VTN does not answer {method} {path}") from error
        return answer.status, json.loads(text) if text else None


def _price_intervals(notice: PriceNotice) -> list[IntervalRequest]:
    """One interval for each hour: what import costs, what feed-in earns, what it emits."""
    hours = [(step, price) for step, price in day_ahead().steps if notice.interval.holds(step.start)]
    return [
        IntervalRequest(
            id=index,
            payloads=[
                Values(type=PayloadType.PRICE, values=[round(price, 6)]),
                Values(type=PayloadType.EXPORT_PRICE, values=[round(price - EXPORT_FEE_PER_KWH, 6)]),
                Values(type=PayloadType.GHG, values=[co2_g_per_kwh()[step.start.astimezone(ZONE).hour]]),
            ],
        )
        for index, (step, price) in enumerate(hours)
    ]


def _wire_value(order: Order) -> float | str:
    """A limit in kW, a level as it is, an alert as its words."""
    if order.kind is PayloadType.IMPORT_CAPACITY_LIMIT:
        return order.value / 1000
    return order.text or order.value


def _period(interval: Interval, step: Any = None) -> IntervalPeriodRequest:
    return IntervalPeriodRequest(
        start=format_instant(interval.start), duration=format_span(step or interval.duration)
    )
