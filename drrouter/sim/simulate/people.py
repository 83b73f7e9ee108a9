"""The people of a simulated home: hands at the appliances, and clients who ask until the router says yes."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.ids import DeviceId
from drrouter.domain.option import OptionKind
from drrouter.domain.wish import OverrideMode
from drrouter.errors import DrrouterError, MessageError, OptionError, StoreError
from drrouter.ports import Clock
from drrouter.router.facade import OptionsRequest, WishRequest
from drrouter.router.front import Front
from drrouter.sim.appliances import CycleMachine
from drrouter.sim.house import House
from drrouter.sim.simulate.habits import Act, Load, Overrule, happening_of

log = logging.getLogger(__name__)

AGAIN = timedelta(minutes=1)
TRIES = 30
AT_ONCE = timedelta(minutes=30)
"""For how long impatient people switch a machine on."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of an act that asks something of the router.

    Attributes:
        at: when the router had said yes; None where it never did.
        why_not: the last refusal, in words.
    """

    act: Load | Overrule
    at: datetime | None
    why_not: str = ""


class People:
    """Live the script.

    Attributes:
        answers: what came of each thing asked, in order.
        skipped: acts that the house did not allow (a machine that was still full).
    """

    def __init__(self, house: House, clock: Clock, front: Callable[[], Front | None]) -> None:
        """``front`` is the router's face, None while it is down."""
        self._house, self._clock, self._front = house, clock, front
        self.answers: list[Answered] = []
        self.skipped: list[Act] = []

    async def act(self, act: Act) -> None:
        """Do it with the hands, then ask the router, again and again while it does not answer."""
        if not self._lay_hands_on(act) or not isinstance(act, Load | Overrule):
            return
        self.answers.append(await self._until_answered(act))

    async def _until_answered(self, act: Load | Overrule) -> Answered:
        """Ask while the router is down or cannot promise; stop where the machine has begun meanwhile."""
        why_not = "The router is down."
        for _ in range(TRIES):
            front = self._front()
            try:
                if front is not None and not self._has_begun(act):
                    await self._ask(front, act)
                if front is not None:
                    return Answered(act, self._clock.now())
            except StoreError as error:
                why_not = error.sentence
            except DrrouterError as error:
                return Answered(act, None, error.sentence)
            await self._clock.sleep_until(self._clock.now() + AGAIN)
        return Answered(act, None, why_not)

    def _has_begun(self, act: Load | Overrule) -> bool:
        """Whether the machine that somebody loaded runs, or is done."""
        machine = self._house.appliance(act.device_id)
        if not isinstance(machine, CycleMachine) or not isinstance(act, Load):
            return False
        machine.advance(self._clock.now())
        return any(cycle.loaded_at == act.at and cycle.started_at for cycle in machine.cycles)

    def _lay_hands_on(self, act: Act) -> bool:
        """Whether the house let them."""
        happening = happening_of(act)
        if happening is None:
            return True
        try:
            self._house.do(happening)
        except MessageError as error:
            log.info("%s", error.sentence)
            self.skipped.append(act)
            return False
        return True

    async def _ask(self, front: Front, act: Load | Overrule) -> None:
        """Say what is wanted."""
        if isinstance(act, Overrule):
            await front.override(act.device_id, act.mode, act.until)
        elif act.at_once:
            await front.override(act.device_id, OverrideMode.ON, self._clock.now() + AT_ONCE)
        elif act.chooses:
            await self._choose(front, act.device_id, act)
        else:
            await front.wish(act.device_id, WishRequest(act.ready_by, act.programme_id))

    async def _choose(self, front: Front, device_id: DeviceId, act: Load) -> None:
        """Take the cheapest of the options; where none is left, leave the start to the router."""
        try:
            offered = await front.options(device_id, OptionsRequest(act.programme_id, ready_by=act.ready_by))
            cheapest = min(offered, key=lambda option: (option.cost, option.kind is not OptionKind.CHEAPEST))
            await front.accept(cheapest.token)
        except OptionError:
            await front.wish(device_id, WishRequest(act.ready_by, act.programme_id))
