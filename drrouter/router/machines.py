"""Answers machines that ask by themselves when to begin, as people are answered (Zigbee Power Profile, S2).

A machine that asks for its schedule takes what it is given, so the option is accepted and becomes a promise;
one that asks for a price only learns it.
"""

from datetime import datetime

from drrouter.domain.flexibility import ProfileFlexibility, Programme
from drrouter.domain.ids import DeviceId
from drrouter.domain.option import Option
from drrouter.errors import DrrouterError
from drrouter.ports import Quote
from drrouter.router.facade import OptionsRequest, RouterFacade
from drrouter.router.registry import Registry


class Machines:
    """Asks the router on behalf of machines; its ``quote`` is a ``ports.Quoting``."""

    def __init__(self, facade: RouterFacade, registry: Registry) -> None:
        """``registry`` knows which programmes each device has in its object model."""
        self._facade, self._registry = facade, registry

    async def quote(
        self,
        device_id: DeviceId,
        wanted: Programme,
        promised: bool,
        window: tuple[datetime, datetime] | None = None,
    ) -> Quote | None:
        """The cheapest start; promised where the machine asks for its schedule. None where there is none.

        Interpretation: the plan is made from the object model, so it answers by the programme of the model
        that takes a time most like that of the machine's own.

        Args:
            window: from when the machine may start, and when it must be done; None leaves both to the router.
        """
        flexibility = self._registry.seat(device_id).profile.flexibility
        if not isinstance(flexibility, ProfileFlexibility):
            return None
        alike = min(flexibility.programmes, key=lambda one: abs(one.duration - wanted.duration))
        try:
            request = OptionsRequest(alike.id, *(window or ()))
            options = await self._facade.options(device_id, request)
            best = min(options, key=_cost, default=None)
            if best is None:
                return None
            start = (await self._facade.accept(best.token)).start if promised else best.start
        except DrrouterError:
            return None
        return Quote(start, best.cost, best.currency)


def _cost(option: Option) -> float:
    return option.cost
