"""What a person's keys ask of the router; each answer is the router's own sentence about it."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

from drrouter.adapters.client import DrClient
from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.journal import JournalKind
from drrouter.domain.option import Option, OptionKind
from drrouter.domain.owner import OptOut
from drrouter.domain.wish import CycleWish, LevelWish, OverrideMode
from drrouter.domain.words import clean
from drrouter.errors import HoldExpiredError, OptionError
from drrouter.router.facade import OptionsRequest, WishRequest
from drrouter.router.viewed import DeviceView, EventView
from drrouter_ui.seen import Seen
from drrouter_ui.words import t

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
            raise OptionError(t("tui.not_now", name=clean(view.profile.name)))
        return await self.accept(now, seen)

    async def pause(self, view: DeviceView, span: timedelta, seen: Seen) -> str:
        """Switch a device off for this long."""
        return await self._switch(view, OverrideMode.OFF, span, seen)

    async def auto(self, view: DeviceView, seen: Seen) -> str:
        """Give a device back to the plan."""
        name = clean(view.profile.name)
        return await self._said(
            view.profile.id,
            lambda: self._client.clear_override(view.profile.id),
            t("act.auto", name=name),
            seen,
        )

    async def skip(self, view: DeviceView, seen: Seen) -> str:
        """Forget what was asked of a device, and what was promised."""
        name = clean(view.profile.name)
        return await self._said(
            view.profile.id,
            lambda: self._client.clear_wish(view.profile.id),
            t("act.skipped", name=name),
            seen,
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
        fallback = t("tui.accepted", name=clean(option.device_id), start=starts, end=ends)
        try:
            return await self._said(
                option.device_id, lambda: self._client.accept(option.token), fallback, seen
            )
        except HoldExpiredError:
            offered = await self.options(option.device_id)
            same = next((fresh for fresh in offered if _as_good(fresh, option)), None)
            if same is None:
                raise
            return await self._said(option.device_id, lambda: self._client.accept(same.token), fallback, seen)

    async def wish(self, view: DeviceView, request: WishRequest, seen: Seen) -> str:
        """Ask for a cycle or a level by a time."""
        by = seen.local.say(request.ready_by)
        return await self._said(
            view.profile.id,
            lambda: self._client.wish(view.profile.id, request),
            t("act.wished", name=clean(view.profile.name), by=by),
            seen,
        )

    async def hand_over(self, view: DeviceView, steered: bool) -> str:
        """Steer a device from now on, or only watch it."""
        await self._client.hand_over(view.profile.id, steered)
        return t("tui.hand.steered" if steered else "tui.hand.watched", name=clean(view.profile.name))

    # The whole home

    async def hands_off(self, until: datetime | None, seen: Seen) -> str:
        """Steer nothing until then, or until told to."""
        word = await self._client.take_hands_off(until)
        return t("tui.off.said", until=seen.local.say(word.until)) if word.until else t("tui.off.on")

    async def steer(self) -> str:
        """Steer again."""
        await self._client.steer()
        return t("tui.off.over")

    async def go_away(self, end: datetime, seen: Seen) -> str:
        """Nobody is at home until then."""
        word = await self._client.go_away(end)
        return t("tui.away.now", end=seen.local.say(word.end))

    async def come_back(self) -> str:
        """Somebody is at home."""
        await self._client.come_back()
        return t("tui.away.back")

    async def opt_out(self, view: EventView, device_id: str, seen: Seen) -> str:
        """Take the home, or one device, out of an event until it is over."""
        whom = DeviceId(device_id) if device_id else None
        word = await self._client.opt_out(view.event.provider, view.event.id, whom)
        name = clean(device_id) or t("tui.opt_out.home")
        return t("tui.opt_out.said", name=name, until=seen.local.say(word.until))

    async def opt_in(self, words: Iterable[OptOut]) -> str:
        """Let orders count again."""
        for word in words:
            await self._client.opt_in(word.id)
        return t("tui.opt_in.said")

    async def _switch(self, view: DeviceView, mode: OverrideMode, span: timedelta, seen: Seen) -> str:
        status = await self._client.status()
        until = status.now + span
        fallback = t(f"act.{mode.value}", name=clean(view.profile.name), until=seen.local.say(until))
        return await self._said(
            view.profile.id, lambda: self._client.override(view.profile.id, mode, until), fallback, seen
        )

    async def _said(
        self, device_id: DeviceId, act: Callable[[], Awaitable[object]], fallback: str, seen: Seen
    ) -> str:
        """Act, and return what the router wrote down about it, or ``fallback`` where it wrote nothing."""
        before = await self._client.journal(1, device_id)
        await act()
        for entry in await self._client.journal(_LOOK_BACK, device_id):
            if before and entry == before[0]:
                break
            if entry.kind in _ORDERS:
                return seen.say(entry.sentence)
        return fallback


def _as_good(fresh: Option, old: Option) -> bool:
    """Whether a fresh offer is the old one for a person: the same choice, no dearer."""
    same_start = fresh.kind is OptionKind.NOW or fresh.start == old.start
    return fresh.kind is old.kind and same_start and fresh.cost < old.cost + _CENT


def undo_skip(client: DrClient, view: DeviceView) -> Callable[[], Awaitable[str]] | None:
    """How what was asked of a device is asked again; None where nothing was asked."""
    return asked_again(client, view) if view.wish else None


def asked_again(client: DrClient, view: DeviceView) -> Callable[[], Awaitable[str]]:
    """How a device is asked again what it was asked when it was seen so, which may be nothing."""

    async def undo() -> str:
        match view.wish:
            case CycleWish(programme_id=programme_id, earliest=earliest, ready_by=ready_by):
                await client.wish(view.profile.id, WishRequest(ready_by, programme_id, earliest))
            case LevelWish(level=level, by=by):
                await client.wish(view.profile.id, WishRequest(by, level=level))
            case None:
                await client.clear_wish(view.profile.id)
        return t("tui.undo.done", name=clean(view.profile.name))

    return undo
