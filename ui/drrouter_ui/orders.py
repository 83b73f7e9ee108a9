"""What a person's keys ask of the router; each answer is the router's own sentence about it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from drrouter.adapters.client import DrClient
from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.journal import JournalKind
from drrouter.domain.option import Option, OptionKind
from drrouter.domain.wish import OverrideMode
from drrouter.domain.words import clean
from drrouter.errors import HoldExpiredError, OptionError
from drrouter.router.facade import OptionsRequest
from drrouter.router.viewed import DeviceView
from drrouter_ui.seen import Seen

BOOST = timedelta(hours=1)
"""Started by one key, a device that has no programmes runs so long; a boost always expires."""

_ORDERS = frozenset({JournalKind.OVERRIDE, JournalKind.WISH, JournalKind.COMMITMENT})
_LOOK_BACK = 20
_CENT = 0.01


class Orders:
    """Gives orders to one router; every method raises ``DrrouterError`` where the router refuses."""

    def __init__(self, client: DrClient) -> None:
        """Nothing is asked yet."""
        self._client = client

    async def start_now(self, view: DeviceView, seen: Seen) -> str:
        """Start a machine's programme now, or switch anything else on for a while.

        Raises:
            OptionError: the machine cannot start now.
        """
        device_id = view.profile.id
        if not isinstance(view.profile.flexibility, ProfileFlexibility):
            return await self._switch(view, OverrideMode.ON, BOOST, seen)
        offered = await self.options(device_id)
        now = next((option for option in offered if option.kind is OptionKind.NOW), None)
        if now is None:
            raise OptionError(f"{clean(view.profile.name)} cannot start now; press o to see when it can.")
        return await self.accept(now, seen)

    async def pause(self, view: DeviceView, span: timedelta, seen: Seen) -> str:
        """Switch a device off for this long."""
        return await self._switch(view, OverrideMode.OFF, span, seen)

    async def auto(self, view: DeviceView) -> str:
        """Give a device back to the plan."""
        name = clean(view.profile.name)
        return await self._said(
            view.profile.id,
            lambda: self._client.clear_override(view.profile.id),
            f"{name} follows the plan.",
        )

    async def skip(self, view: DeviceView) -> str:
        """Forget what was asked of a device, and what was promised."""
        name = clean(view.profile.name)
        return await self._said(
            view.profile.id,
            lambda: self._client.clear_wish(view.profile.id),
            f"Nothing is asked of {name} any more.",
        )

    async def options(self, device_id: DeviceId) -> tuple[Option, ...]:
        """Which options are available now?"""
        return await self._client.options(device_id, OptionsRequest())

    async def accept(self, option: Option, seen: Seen) -> str:
        """Take an option; where its hold has run out, the same offer asked for again.

        Raises:
            HoldExpiredError: its hold has run out, and the router offers something else by now.
            HoldConflictError: it no longer fits; ``options`` has fresh ones.
        """
        starts, ends = seen.local.say(option.start), seen.local.say(option.end)
        fallback = f"{clean(option.device_id)} starts at {starts} and ends at {ends}."
        try:
            return await self._said(option.device_id, lambda: self._client.accept(option.token), fallback)
        except HoldExpiredError:
            offered = await self.options(option.device_id)
            same = next((fresh for fresh in offered if _as_good(fresh, option)), None)
            if same is None:
                raise
            return await self._said(option.device_id, lambda: self._client.accept(same.token), fallback)

    async def _switch(self, view: DeviceView, mode: OverrideMode, span: timedelta, seen: Seen) -> str:
        status = await self._client.status()
        until = status.now + span
        fallback = f"{clean(view.profile.name)} is {mode.value} until {seen.local.say(until)}."
        return await self._said(
            view.profile.id, lambda: self._client.override(view.profile.id, mode, until), fallback
        )

    async def _said(self, device_id: DeviceId, act: Callable[[], Awaitable[object]], fallback: str) -> str:
        """Act, and return what the router wrote down about it, or ``fallback`` where it wrote nothing."""
        before = await self._client.journal(1, device_id)
        await act()
        for entry in await self._client.journal(_LOOK_BACK, device_id):
            if before and entry == before[0]:
                break
            if entry.kind in _ORDERS:
                return clean(entry.sentence)
        return fallback


def _as_good(fresh: Option, old: Option) -> bool:
    """Whether a fresh offer is the old one for a person: the same choice, no dearer."""
    same_start = fresh.kind is OptionKind.NOW or fresh.start == old.start
    return fresh.kind is old.kind and same_start and fresh.cost < old.cost + _CENT
