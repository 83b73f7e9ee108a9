"""The people at home: hands that fill machines and plug in the car, and clients of the router's API.

What hands do is told to the simulated home over its control; what people want, to the router.
"""

from typing import Any

import aiohttp

from drrouter.adapters.client import DrClient
from drrouter.adapters.strict_json import decode, plain
from drrouter.domain.limit import Limit
from drrouter.domain.option import OptionKind
from drrouter.domain.rates import Rates
from drrouter.errors import DaemonUnreachableError, MessageError
from drrouter.ports import Clock
from drrouter.router.facade import OptionsRequest, WishRequest
from drrouter.sim.demo.scenario import ZONE, CarArrives, HomeAct, LoadMachine, Overrule
from drrouter.sim.ledger import Comparison

TIMEOUT = aiohttp.ClientTimeout(total=30)


class Household:
    """Does what the day says, and returns a sentence about what came of it."""

    def __init__(self, control_url: str, router: DrClient, clock: Clock) -> None:
        """Reach the simulated home at its control and the router at its API."""
        self._control, self._router, self._clock = control_url, router, clock

    async def __aenter__(self) -> "Household":
        """Open the way to the simulated home."""
        self._http = aiohttp.ClientSession(timeout=TIMEOUT)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self._http.close()

    async def perform(self, act: HomeAct) -> str:
        """Do it; returns what the router answered, or nothing."""
        with self._clock.working():
            if isinstance(act, LoadMachine):
                await self._do("load", {"device": act.device_id, "programme": act.programme_id})
                return await self._ask(act)
            if isinstance(act, Overrule):
                await self._router.override(act.device_id, act.mode, act.until)
            elif isinstance(act, CarArrives):
                await self._do("plug_in", {"device": act.device_id, "level_wh": act.level_wh})
            else:
                await self._do("unplug", {"device": act.device_id, "needed_wh": act.needed_wh})
            return ""

    async def comparison(self, prices: Rates, limits: tuple[Limit, ...]) -> Comparison:
        """The bill up to now beside the same time without a router, from the home's meters."""
        body = {"prices": plain(Rates, prices), "limits": plain(tuple[Limit, ...], limits)}
        with self._clock.working():
            text = await self._do("ledger", body)
        comparison: Comparison = decode(Comparison, text, "the simulated home")
        return comparison

    async def _ask(self, act: LoadMachine) -> str:
        """Leave the start to the router, or choose the cheapest of its options."""
        if not act.choose:
            await self._router.wish(act.device_id, WishRequest(act.ready_by, act.programme_id))
            return ""
        request = OptionsRequest(act.programme_id, ready_by=act.ready_by)
        offered = await self._router.options(act.device_id, request)
        cheapest = min(offered, key=lambda option: (option.cost, option.kind is not OptionKind.CHEAPEST))
        made = await self._router.accept(cheapest.token)
        start = made.start.astimezone(ZONE)
        return (
            f"is offered {len(offered)} starts and takes the cheapest: {start:%A %H:%M}, for"
            f" {cheapest.cost:.2f} {cheapest.currency} ({cheapest.saving:.2f} less than now)"
        )

    async def _do(self, path: str, body: dict[str, Any]) -> bytes:
        try:
            async with self._http.post(f"{self._control}/{path}", json=body) as answer:
                text = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DaemonUnreachableError(f"The simulated home does not answer at {self._control}") from error
        if answer.status >= 400:
            raise MessageError("simulated home", path, text.decode("utf-8", "replace")[:300])
        return text
