"""Judges the router by the house's truth: what must never happen, and what must not get lost.

It knows what the providers' lines brought and when, what the plugs did, and how the appliances are; of the
router it knows only when it was up. What nobody could have kept is excused: a plug that did not obey, an
order that had not arrived, a cycle that ran before, food or comfort at its bound, the owner's own word.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.config import HomeConfig
from drrouter.domain.device import DeviceProfile
from drrouter.domain.event import Event
from drrouter.domain.flexibility import DemandFlexibility
from drrouter.domain.ids import DeviceId, EventId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.timeline import Order, TariffRates, Timeline, resolve
from drrouter.domain.wish import OverrideMode
from drrouter.ports import Clock
from drrouter.router.forecast import BaseLoad
from drrouter.sim.appliances import CycleMachine, Thermal
from drrouter.sim.simulate.habits import Act, Load, Overrule
from drrouter.sim.simulate.life import Life
from drrouter.sim.simulate.people import AT_ONCE
from drrouter.sim.simulate.plugs import MemoryPlug
from drrouter.sim.simulate.uplink import MemoryProvider

MINUTE = timedelta(minutes=1)

GRACE = MINUTE
"""What the router has to act on an order after it came or began."""

HEALS = timedelta(minutes=7)
"""How long after its misbehaviour a plug may be wrong: the router tries again after five minutes at most."""

STANDBY_W = 5.0
CRUMB_W = 10.0
NEAR_BOUND = 0.5
"""The warm half of a freezer's range: the router estimates its level, and lets it cool from the bound."""

SPELL = timedelta(minutes=16)
"""How long a load runs that was off its longest time, and a minute."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that was broken."""

    at: datetime
    rule: str
    sentence: str


class Referee:
    """Looks once a minute.

    Attributes:
        findings: the rules that were broken, in order; one entry for each stretch of time.
    """

    def __init__(
        self,
        home: HomeConfig,
        plugs: dict[DeviceId, MemoryPlug],
        providers: Sequence[MemoryProvider],
        script: Sequence[Act],
        life: Life,
        clock: Clock,
        poll: timedelta,
    ) -> None:
        """Watch this home."""
        self._home, self._plugs, self._providers, self._clock = home, plugs, providers, clock
        self._life, self._settles = life, poll + GRACE
        self._profiles = {profile.id: profile for profile in home.profiles}
        self._base = BaseLoad(home.base_load_w, home.zone)
        self._overrides = [act for act in script if isinstance(act, Overrule) and act.mode is OverrideMode.ON]
        self._at_once = [act for act in script if isinstance(act, Load) and act.at_once]
        self._told: dict[tuple[ProviderId, EventId], tuple[datetime, Event]] = {}
        self._heard = [0] * len(providers)
        self._timeline: Timeline | None = None
        self._broken: set[tuple[str, str]] = set()
        self.findings: list[Finding] = []

    async def run(self) -> None:
        """Look at the half of every minute, for ever."""
        while True:
            now = self._clock.now()
            half = now.replace(second=30, microsecond=0)
            await self._clock.sleep_until(half if half > now else half + MINUTE)
            self.look()

    def look(self) -> None:
        """Judge this instant."""
        now = self._clock.now()
        broken = {(rule, who): words for rule, who, words in self._faults(now)}
        for (rule, who), words in broken.items():
            if (rule, who) not in self._broken:
                self.findings.append(Finding(now, rule, words))
        self._broken = set(broken)

    def _faults(self, now: datetime) -> Iterator[tuple[str, str, str]]:
        """Everything that is wrong now: rule, who, and a sentence."""
        yield from self._warm_freezers(now)
        up = self._life.up_since
        if up is None or now - up < self._settles:
            return
        power_w = {device_id: plug.appliance.power_w for device_id, plug in self._plugs.items()}
        timeline = self._what_was_told()
        for limit in (*self._fuse(), *timeline.limits_at(now)):
            yield from self._over(limit, power_w, now)
        for order in timeline.sheds:
            yield from self._drawing(order, order.value, power_w, now)
        for order in timeline.alerts:
            yield from self._drawing(order, None, power_w, now)

    def _drawing(
        self, order: Order, level: float | None, power_w: dict[DeviceId, float], now: datetime
    ) -> Iterator[tuple[str, str, str]]:
        """Devices that a shed of this level, or an alert (None), should have stopped."""
        since = self._binding_since(order.provider, order.event_id, order.interval)
        if not order.interval.holds(now) or now - since < GRACE:
            return
        for device_id in order.members or tuple(self._plugs):
            meant = _is_meant(self._profiles[device_id], level) and power_w[device_id] > STANDBY_W
            if meant and not self._excused(device_id, since, now, owner=True):
                words = f"{device_id} drew {power_w[device_id]:.0f} W during {order.event_id}"
                yield "order", f"{order.event_id}/{device_id}", words

    def _warm_freezers(self, now: datetime) -> Iterator[tuple[str, str, str]]:
        for device_id, plug in self._plugs.items():
            body = plug.appliance
            body.advance(now)
            if not isinstance(body, Thermal) or not self._holds_cold(device_id):
                continue
            if body.temperature_c > body.body.high_c + 0.01:
                words = f"{device_id} is at {body.temperature_c:.2f}, its bound is {body.body.high_c:.2f}"
                yield "freezer", device_id, words

    def _fuse(self) -> tuple[Limit, ...]:
        """The main fuse as a limit that always holds."""
        if self._home.import_limit_w is None or self._life.up_since is None:
            return ()
        since = self._life.up_since
        return (Limit(Interval(since, since + timedelta(days=3650)), self._home.import_limit_w),)

    def _over(
        self, limit: Limit, power_w: dict[DeviceId, float], now: datetime
    ) -> Iterator[tuple[str, str, str]]:
        """What could be off while the limit is exceeded.

        The base load counts as the home file forecasts it: the router has no meter of the whole home.
        """
        of_the_house = limit.provider is None
        since = limit.interval.start
        if limit.provider and limit.event_id:
            since = self._binding_since(limit.provider, limit.event_id, limit.interval)
        if now - since < GRACE:
            return
        bound = [one for one in self._plugs if limit.scope is Scope.SITE or one in limit.members]
        total_w = sum(power_w[one] for one in bound)
        total_w += self._base.at(now) if limit.scope is Scope.SITE else 0.0
        over_w = total_w - limit.effective_w
        if over_w <= CRUMB_W:
            return
        free = [
            one
            for one in bound
            if power_w[one] > STANDBY_W and not self._excused(one, since, now, owner=not of_the_house)
        ]
        avoidable_w = min(over_w, sum(power_w[one] for one in free))
        if avoidable_w > CRUMB_W:
            name = limit.event_id or "main fuse"
            words = f"{avoidable_w:.0f} W above {name} ({limit.effective_w:.0f} W): {', '.join(free)}"
            yield "limit", str(name), words

    def _excused(self, device_id: DeviceId, since: datetime, now: datetime, *, owner: bool) -> bool:
        """Whether nobody could, or may, have switched the device off."""
        plug = self._plugs[device_id]
        ill = any(spell.interval.start <= now < spell.interval.end + HEALS for spell in plug.spells)
        kept_on = owner and self._owner_wants(device_id, now)
        return ill or kept_on or self._runs_on(plug, since) or self._at_its_bound(plug, now)

    def _owner_wants(self, device_id: DeviceId, now: datetime) -> bool:
        """Whether somebody switched it on; the router may still be asked when it was down."""
        later = timedelta(minutes=30)
        wants = any(
            act.device_id == device_id and act.at <= now < act.until + MINUTE for act in self._overrides
        )
        return wants or any(
            act.device_id == device_id and act.at <= now < act.at + AT_ONCE + later for act in self._at_once
        )

    def _runs_on(self, plug: MemoryPlug, since: datetime) -> bool:
        """Whether it runs a cycle that began before the order bound, or that the owner began."""
        machine = plug.appliance
        cycle = machine.cycle if isinstance(machine, CycleMachine) else None
        if cycle is None or cycle.started_at is None:
            return False
        at_once = any(act.device_id == plug.id and act.at == cycle.loaded_at for act in self._at_once)
        on = next((moved for moved in reversed(plug.switchings) if moved.on), None)
        by_hand = on is not None and on.instruction_id is None
        return at_once or by_hand or cycle.started_at < since + GRACE

    def _at_its_bound(self, plug: MemoryPlug, now: datetime) -> bool:
        """Whether food or comfort needs it."""
        body, flexibility = plug.appliance, self._profiles[plug.id].flexibility
        if isinstance(body, Thermal) and self._holds_cold(plug.id):
            return body.temperature_c >= body.body.high_c - NEAR_BOUND * (body.body.high_c - body.body.low_c)
        if not isinstance(flexibility, DemandFlexibility):
            return False
        on = next((moved for moved in reversed(plug.switchings) if moved.on), None)
        off = next((moved for moved in reversed(plug.switchings) if not moved.on), None)
        if on is None or off is None or off.at > on.at or now - on.at > SPELL:
            return False
        return on.at - off.at >= flexibility.max_off - 2 * MINUTE

    def _holds_cold(self, device_id: DeviceId) -> bool:
        return not isinstance(self._profiles[device_id].flexibility, DemandFlexibility)

    def _binding_since(self, provider: ProviderId, event_id: EventId, interval: Interval) -> datetime:
        """From when an order binds: it has begun, and its newest version has arrived."""
        return max(interval.start, self._told[provider, event_id][0])

    def _what_was_told(self) -> Timeline:
        """What the lines have brought so far, resolved."""
        news = False
        for index, provider in enumerate(self._providers):
            for arrived in provider.arrived[self._heard[index] :]:
                key, news = (provider.id, arrived.event_id), True
                known = self._told.get(key)
                if arrived.event is None:
                    self._told.pop(key, None)
                elif known is None or known[1] != arrived.event:
                    self._told[key] = arrived.at, arrived.event
            self._heard[index] = len(provider.arrived)
        if news or self._timeline is None:
            events = [event for _, event in self._told.values()]
            self._timeline = resolve(events, TariffRates(), self._directory())
        return self._timeline

    def _directory(self) -> dict[str, tuple[DeviceId, ...]]:
        names: dict[str, tuple[DeviceId, ...]] = {}
        for profile in self._profiles.values():
            for name in (profile.id, *profile.groups):
                names[name] = (*names.get(name, ()), profile.id)
        return names


def _is_meant(profile: DeviceProfile, level: float | None) -> bool:
    """Whether a SIMPLE level, or an alert (None), stops the device."""
    return level is None or (profile.shed_from_level is not None and level >= profile.shed_from_level)


def sentences(findings: Iterable[Finding]) -> list[str]:
    """The findings as people read them."""
    return [f"{finding.at:%Y-%m-%d %H:%M:%S} UTC, {finding.rule}: {finding.sentence}" for finding in findings]
