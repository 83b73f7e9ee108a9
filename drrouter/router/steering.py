"""One pass from what holds now to what each device is told: timeline, schedule, guard, dispatch.

``look`` is synchronous and quick, so that an order acts before anything is awaited. It runs when an
event, an override or a plan comes, when an order begins or ends, and every few seconds in between.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from drrouter.domain.event import Event
from drrouter.domain.flexibility import Line, ProfileFlexibility
from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.mandate import Mandates
from drrouter.domain.offline import OfflineOrders
from drrouter.domain.opted_out import kept_events, kept_orders
from drrouter.domain.outage import Outage, outages_in
from drrouter.domain.plan import Plan
from drrouter.domain.rates import Rates
from drrouter.domain.said import said
from drrouter.domain.timeline import TariffRates, Timeline, resolve
from drrouter.planner import Problem
from drrouter.ports import Clock
from drrouter.router.best_practice import off_peak
from drrouter.router.book import Book
from drrouter.router.charged import Charging, no_terms
from drrouter.router.clipped import with_clipped
from drrouter.router.directed import directed
from drrouter.router.dispatch import Dispatcher
from drrouter.router.feed_in import within_feed_in
from drrouter.router.follow import Follower, follow
from drrouter.router.forecast import BaseLoad, Roof
from drrouter.router.givers import Givers
from drrouter.router.guard import Claim, Orders, Verdict, judge, sheds_at
from drrouter.router.held import HeldRow, held_at, held_by
from drrouter.router.levers import Setpoint
from drrouter.router.offline import held_back
from drrouter.router.outages import would_be_cut
from drrouter.router.outlook import Outlook
from drrouter.router.recovery import Recovery
from drrouter.router.registry import Registry
from drrouter.router.safety import may_begin, running_peak_w
from drrouter.router.schedule import Following, Proposal, propose
from drrouter.router.settle import settled
from drrouter.router.steady import PATIENCE, Facts, Steady, facts_of

SPAN = timedelta(hours=72)
"""How far ahead the tariff is expanded; the plan's horizon and the owner's view lie within."""


LOOKAHEAD = timedelta(minutes=3)
"""A running cycle counts with its highest power within this time, lest its next phase break a limit."""


@dataclass(frozen=True, slots=True)
class Site:
    """What does not change while the router runs.

    Attributes:
        fuse_w: the main fuse, None where it is not stated.
        tariff: the tariff document, expanded over the interval asked for.
        names: target names that mean the whole site (the VEN's own name).
        meter: the device that measures the whole home.
        line_fuse_w: what the fuse of each line bears, None where it is not stated.
        roof: the sun that feeds the home, as far as the home file tells of it.
        follows_prices: whether the tariff's own prices only stand in for those of a provider.
        terms: what the tariff charges beside prices, over the horizon and after what the meter has counted.
        mandates: what each provider is and may send, in the order of the home file.
        protocols: what each provider speaks, in the words of the home file.
    """

    base_load: BaseLoad
    tariff: Callable[[Interval], TariffRates]
    fuse_w: float | None = None
    co2_price_per_kg: float = 0.0
    names: tuple[str, ...] = ()
    follows_prices: bool = False
    meter: DeviceId | None = None
    line_fuse_w: float | None = None
    roof: Roof | None = None
    terms: Charging = no_terms
    mandates: Mandates = field(default_factory=dict)
    protocols: Mapping[ProviderId, str] = field(default_factory=dict)

    def without(self, provider: ProviderId) -> "Site":
        """The same home after it has left a provider."""
        return replace(self, mandates={name: may for name, may in self.mandates.items() if name != provider})


class Steering:
    """Keeps the timeline and the bands, and steers the dispatcher by them."""

    def __init__(
        self,
        site: Site,
        registry: Registry,
        book: Book,
        dispatcher: Dispatcher,
        clock: Clock,
        offline: Callable[[Interval], OfflineOrders] = lambda _: OfflineOrders(),
        tested: Callable[[DeviceId], Setpoint | None] = lambda _: None,
        outlook: Outlook | None = None,
    ) -> None:
        """Nothing is steered before the first ``look``.

        ``offline`` tells what profiles in force order, ``tested`` what a test of a plug wants of it.
        """
        self._tested = tested
        self._site, self._registry, self._book = site, registry, book
        self._dispatcher, self._clock, self._offline = dispatcher, clock, offline
        self._recovery, self._steady, self._givers = Recovery(), Steady(), Givers()
        self.outlook = outlook or Outlook(registry, site.base_load, site.meter, site.roof)
        self._held: dict[DeviceId, HeldRow] = {}
        self.timeline = Timeline("", Rates(), Rates(), Rates())
        self._timeline_from: datetime | None = None
        self.verdict = Verdict({})
        self.setpoints: dict[DeviceId, Setpoint] = {}

    def directory(self) -> dict[str, tuple[DeviceId, ...]]:
        """Which devices a target name means."""
        return self._registry.directory(self._site.names)

    def forget(self, provider: ProviderId) -> None:
        """Wait for nothing of a provider any more: the home has left it."""
        self._site = self._site.without(provider)
        self.events_changed()

    def is_shed(self, device_id: DeviceId, level: float) -> bool:
        """Whether a level of shedding stops the device."""
        seat = self._registry.seats.get(device_id)
        return seat is not None and sheds_at(seat.profile, level)

    @property
    def meter(self) -> DeviceId | None:
        """The device that measures the whole home."""
        return self._site.meter

    def events_changed(self) -> None:
        """Make the timeline anew with the next look."""
        self._timeline_from = None

    def adopt(self, problem: Problem, plan: Plan) -> None:
        """Know how far the plan holds inverters back."""
        self._held = held_by(problem, plan)

    def look(self, plan: Plan | None) -> Verdict:
        """Judge what holds now and steer the devices accordingly; never waits."""
        now = self._clock.now()
        self.refresh()
        proposals = {
            profile.id: self._proposal(profile.id, plan, now) for profile in self._registry.steered()
        }
        self._follow(proposals, now)
        claims = [self._claim(device_id, proposal, now) for device_id, proposal in proposals.items()]
        base_w, lines = self.outlook.base_w(now), self.outlook.line_base_w(now)
        fuses = line_fuses(self._site, lines, _ahead(now))
        orders = self.orders_at(now)
        verdict = judge(claims, replace(orders, limits=(*fuses, *orders.limits)), base_w, lines)
        self.verdict = within_feed_in(verdict, claims, self.timeline.export_limits_at(now), base_w)
        self.setpoints = {
            device_id: settled(
                self._registry.seat(device_id).profile, proposal, self.verdict.bands[device_id]
            )
            for device_id, proposal in proposals.items()
        }
        self.verdict = with_clipped(self.verdict, claims, proposals, self.setpoints)
        for device_id in self._registry.seats:
            if (tested := self._tested(device_id)) is not None:
                self.setpoints[device_id] = tested
        self._dispatcher.steer(self.setpoints)
        self._steady.looked(self._facts(plan), self._next_change(plan, now))
        return self.verdict

    def _follow(self, proposals: dict[DeviceId, Proposal], now: datetime) -> None:
        """Let those that follow the meter do so."""
        followers = [
            Follower(self._registry.seat(name), one.power_w, one.follows is Following.WITHIN)
            for name, one in proposals.items()
            if one.follows
        ]
        for name, power_w in follow(followers, self.outlook.meter(now), now).items():
            proposals[name] = replace(proposals[name], power_w=power_w)

    def is_steady(self, plan: Plan | None) -> bool:
        """Whether another look would find nothing new: all obey, and nothing changed since the last one."""
        now = self._clock.now()
        self.refresh()
        return self._dispatcher.is_settled() and self._steady.holds(self._facts(plan), now)

    def _facts(self, plan: Plan | None) -> Facts:
        """Everything that a look goes by, time aside; what is the same object is not compared further."""
        book = self._book
        shelves = (book.commitments, book.wishes, book.overrides)
        kept = tuple(tuple(shelf.items()) for shelf in shelves)
        return plan, self.timeline, kept, facts_of(self._registry.seats.values())

    def _next_change(self, plan: Plan | None, now: datetime) -> datetime:
        """When the next order, start, override or slot begins or ends, at the latest after a while."""
        index = plan.slot_at(now) if plan else None
        until = self.next_look(PATIENCE)
        return min(until, plan.slots[index].end) if plan and index is not None else until

    def barred(self, device_id: DeviceId, start: datetime, end: datetime) -> str:
        """Why a cycle of the device may not run from start to end, empty where it may."""
        profile, zone = self._registry.seat(device_id).profile, self._site.base_load.zone
        held = held_back(profile, self.timeline.peaks, start, end - start, zone)
        return held or would_be_cut(profile, self.outages, start, end - start, zone)

    @property
    def outages(self) -> tuple[Outage, ...]:
        """The power cuts that are announced."""
        return outages_in(self.timeline.messages)

    def orders_at(self, now: datetime) -> Orders:
        """The orders of this instant and the main fuse."""
        fuse_w, timeline = self._site.fuse_w, self.timeline
        fuse = () if fuse_w is None else (Limit(_ahead(now), fuse_w, program=said("held.main_fuse")),)
        return Orders(
            limits=(*fuse, *timeline.limits_at(now)),
            sheds=tuple(shed for shed in timeline.sheds if shed.interval.holds(now)),
            alerts=tuple(alert for alert in timeline.alerts if alert.interval.holds(now)),
        )

    def next_look(self, period: timedelta) -> datetime:
        """When to look again at the latest: the next edge of an order, start or override, or the period."""
        now = self._clock.now()
        starts = [commitment.start for commitment in self._book.commitments.values()]
        ends = [override.until for override in self._book.overrides.values()]
        cycles = [cycle.start for cycle in self._book.plan.cycles] if self._book.plan else []
        coming = [instant for instant in (*starts, *ends, *cycles) if instant > now]
        return min([now + period, *self.timeline.edges_after(now)[:1], *coming])

    def refresh(self) -> None:
        """Resolve the events again when they changed or the tariff runs short."""
        now = self._clock.now()
        if self._timeline_from is not None and now - self._timeline_from < SPAN / 3:
            return
        self._timeline_from = now
        self.timeline = self._resolved(now, self._book.events.values())

    def supposing(self, events: Iterable[Event]) -> Timeline:
        """What would hold if these were the events; not to be kept."""
        return self._resolved(self._clock.now(), events)

    def _resolved(self, now: datetime, events: Iterable[Event]) -> Timeline:
        """What holds by these events, and by the offline profile where one stands in."""
        orders = self._offline(_ahead(now))
        known = self._known(now, events, orders)
        return replace(
            known,
            limits=(*known.limits, *orders.limits),
            peaks=(*known.peaks, *orders.peaks),
            export_limits=(*known.export_limits, *orders.export_limits),
        )

    def _known(self, now: datetime, events: Iterable[Event], orders: OfflineOrders) -> Timeline:
        """What events and tariff say, less what the owner has taken the home or a device out of."""
        opt_outs = self._book.opt_outs(now)
        tariff, kept = self._tariff(_ahead(now), orders), kept_events(events, opt_outs)
        known = resolve(kept, tariff, self.directory(), self._site.mandates)
        return kept_orders(known, opt_outs, self._registry.seats)

    def _tariff(self, span: Interval, orders: OfflineOrders) -> TariffRates:
        """The tariff; what only stands in for a provider's price is told apart by day and night at least."""
        tariff = self._site.tariff(span)
        if not self._site.follows_prices:
            return tariff
        energy = off_peak(tariff.import_energy, self._site.base_load.zone).overlay(orders.prices)
        return replace(tariff, import_energy=energy)

    def _proposal(self, device_id: DeviceId, plan: Plan | None, now: datetime) -> Proposal:
        """What the schedule wishes of the device, or a provider that names it."""
        seat = self._registry.seat(device_id)
        commitment = self._book.commitments.get(device_id)
        wish, zone = self._book.wishes.get(device_id), self._site.base_load.zone
        held_w = held_at(self._held.get(device_id), plan, now)
        proposal = propose(seat.profile, seat.state, now, plan, commitment, wish, zone, held_w)
        known = (*self.timeline.setpoints, *self.timeline.messages)
        orders = [order for order in known if order.interval.holds(now)]
        return directed(seat, proposal, orders, lambda member: self._registry.seat(member).profile)

    def _claim(self, device_id: DeviceId, proposal: Proposal, now: datetime) -> Claim:
        """The device's claim before the guard."""
        seat = self._registry.seat(device_id)
        override = self._book.override_of(device_id, now)
        running_w = running_peak_w(seat.profile, seat.state, now, LOOKAHEAD)
        recovery = self._recovery.due(seat.profile, seat.state, now)
        zone, peaks = self._site.base_load.zone, self.timeline.peaks
        cycle, outages = self._cycle_asked(device_id), self.outages
        held = held_back(seat.profile, peaks, now, cycle, zone) if peaks else ""
        held = held or (would_be_cut(seat.profile, outages, now, cycle, zone) if outages else "")
        begins = may_begin(seat.profile, seat.state, seat.watch.pressed_at, now)
        kept = begins or self._recovery.cooling(seat.profile, seat.state)
        wished = self.setpoints.get(device_id)
        gives_w = self._givers.gives_w(device_id, seat.state, wished.power_w if wished else 0.0, now)
        return Claim(
            seat.profile, seat.state, proposal.power_w, override, running_w, recovery, held, kept, gives_w
        )

    def _cycle_asked(self, device_id: DeviceId) -> timedelta | None:
        """How long the cycle takes that is committed or wished; None where there is none."""
        asked = self._book.commitments.get(device_id) or self._book.cycle_wish(device_id)
        flexibility = self._registry.seat(device_id).profile.flexibility
        if asked is None or not isinstance(flexibility, ProfileFlexibility):
            return None
        programme = flexibility.programme(asked.programme_id)
        return programme.duration if programme else None


def line_fuses(site: Site, lines: Iterable[Line], span: Interval) -> tuple[Limit, ...]:
    """The fuse of each line that is measured: of the others nobody knows what else flows there."""
    if site.line_fuse_w is None:
        return ()
    return tuple(
        Limit(span, site.line_fuse_w, Scope.LINE, program=said("held.line_fuse", line=line), line=line)
        for line in sorted(lines)
    )


def _ahead(now: datetime) -> Interval:
    """The span for which the tariff is expanded: a little back, and far enough ahead."""
    return Interval(now - timedelta(hours=24), now + SPAN)
