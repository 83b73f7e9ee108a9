"""One day of the demo on a running stage: provider, people and the line act at their times; then the bill."""

import asyncio
from collections.abc import Awaitable, Callable

from drrouter.adapters.client import DrClient
from drrouter.domain.interval import Interval
from drrouter.domain.journal import JournalEntry
from drrouter.ports import Clock
from drrouter.router.facade import Topic
from drrouter.sim.demo.ledger import DemoLedger, RouterAccount, draw_up, limits_of
from drrouter.sim.demo.narrator import Narrator
from drrouter.sim.demo.owner import Household
from drrouter.sim.demo.provider import BusinessLogic
from drrouter.sim.demo.scenario import (
    END,
    HOME_DAY,
    OUTAGE,
    PROVIDER_DAY,
    START,
    orders,
    posted_prices,
)
from drrouter.sim.wire.cable import Cable
from drrouter.tariff import TariffDocument, expand


class Day:
    """Everything that takes part in one day."""

    def __init__(
        self,
        clock: Clock,
        provider: BusinessLogic,
        household: Household,
        router: DrClient,
        tariff: TariffDocument,
        narrator: Narrator,
        cable: Cable,
        other_errors: Callable[[], int] = lambda: 0,
    ) -> None:
        """Play on this stage; ``tariff`` is the home's contract, ``cable`` its line to the provider.

        ``other_errors`` counts errors that the other processes logged.
        """
        self._clock, self._provider, self._household = clock, provider, household
        self._router, self._tariff, self._narrator = router, tariff, narrator
        self._cable, self._other_errors = cable, other_errors

    async def live(self) -> DemoLedger:
        """Play the day to its end and draw up the ledger."""
        listening = asyncio.create_task(self._listen(), name="demo.journal")
        try:
            await _together(
                self._provider_acts(),
                self._people_act(),
                self._line_fails(),
                self._clock.sleep_until(END),
            )
            return await self._bill()
        finally:
            listening.cancel()

    async def _provider_acts(self) -> None:
        for act in PROVIDER_DAY:
            if act.at > START:
                await self._clock.sleep_until(act.at)
                self._narrator.say(act.at, "provider", act.words)
                await self._provider.perform(act)

    async def _people_act(self) -> None:
        for act in HOME_DAY:
            await self._clock.sleep_until(act.at)
            self._narrator.say(act.at, "home", act.words)
            if answer := await self._household.perform(act):
                self._narrator.say(act.at, "home", answer)

    async def _line_fails(self) -> None:
        for at, words, act in (
            (OUTAGE.interval.start, OUTAGE.cut_words, self._cable.cut),
            (OUTAGE.interval.end, OUTAGE.mended_words, self._cable.mend),
        ):
            await self._clock.sleep_until(at)
            self._narrator.say(at, "network", words)
            act()

    async def _listen(self) -> None:
        async for change in self._router.changes(Topic.JOURNAL):
            if isinstance(change.payload, JournalEntry):
                self._narrator.entry(change.payload)

    async def _bill(self) -> DemoLedger:
        given = orders()
        with self._clock.working():
            adder = expand(self._tariff, Interval(START, END)).import_adder
            comparison = await self._household.comparison(posted_prices().plus(adder), limits_of(given))
            view = await self._router.ledger()
            rungs = {str(rung): count for rung, count in view.solve_rungs.items()}
            errors = view.errors_logged + self._other_errors()
            account = RouterAccount(view.offline_minutes, errors, rungs)
            return draw_up(comparison, HOME_DAY, given, account)


async def _together(*work: Awaitable[None]) -> None:
    """All of it; the first failure ends the rest and is raised as it is."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
