"""Draws the router's views for people: times of the site, one idea a line, strangers' texts made harmless."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from drrouter.cli.screen import console, pairs, say, table
from drrouter.cli.words import LocalTime, date_of, know, level, money, named, number, power, t, weekday
from drrouter.domain.ack import FAILURES, Ack
from drrouter.domain.flexibility import ModesFlexibility
from drrouter.domain.journal import JournalEntry
from drrouter.domain.option import Option
from drrouter.domain.wish import Commitment, CycleWish
from drrouter.domain.words import clean
from drrouter.router.viewed import DeviceView, EventView, FoundView, StatusView, WhatIfView, WhyView


def local_time(view: StatusView) -> LocalTime:
    """The site's time."""
    site = replace(LocalTime.of(view.time_zone, view.now), currency=view.currency)
    know(site)
    return site


def status(view: StatusView, local: LocalTime) -> None:
    """The router at a glance."""
    out = console()
    sentence = f"{clean(view.site)}: {local.tell(view.sentence)}"
    out.print(sentence, style="bold red" if view.degraded else "bold")
    price = "-" if view.price_per_kwh is None else f"{money(view.price_per_kwh, view.currency, 3)}/kWh"
    co2 = "-" if view.co2_g_per_kwh is None else f"{number(view.co2_g_per_kwh, 0)} g/kWh"
    rows = [
        (t("status.time"), f"{_moment(view.now.astimezone(local.zone))} ({clean(view.time_zone, 40)})"),
        (t("status.plan"), _plan(view, local)),
        (t("status.price"), price),
        (t("status.co2"), co2),
        (t("status.use"), power(view.power_w)),
        (t("status.limit"), t("words.none") if view.limit_w is None else power(view.limit_w)),
    ]
    for link in view.links:
        state = t("link.up_since" if link.up else "link.down_since", since=local.say(link.since))
        head = t("status.link", provider=clean(link.provider, 40))
        rows.append((head, state if link.up else f"{state}. {local.tell(link.sentence)}"))
        if link.freshness:
            rows.append(("", local.tell(link.freshness.sentence)))
    rows += [(t("status.alert"), local.tell(alert)) for alert in view.alerts]
    out.print(pairs(rows))


def _moment(local: datetime) -> str:
    return f"{weekday(local)} {date_of(local)} {local:%H:%M}"


def _plan(view: StatusView, local: LocalTime) -> str:
    """When it was made, and how."""
    if not view.plan_made_at:
        return t("status.no_plan")
    rungs = [
        named(group, rung.value)
        for group, rung in (("solve", view.solve_rung), ("data", view.data_rung))
        if rung
    ]
    return t("status.made", at=local.say(view.plan_made_at), how=", ".join(rungs))


def why(view: WhyView, local: LocalTime) -> None:
    """Why a device runs when it runs."""
    out, reason, currency = console(), view.explanation, local.currency
    out.print(clean(view.name), style="bold")
    rows = [(t("why.now"), local.tell(view.because) or "-")]
    if view.cycle:
        planned = t("words.from_to", start=local.say(view.cycle.start), end=local.say(view.cycle.end))
        rows.append((t("why.planned"), planned))
    if reason:
        binds = local.explain([reason.binding_reason], reason.binding)
        change = local.explain([reason.would_change_reason], reason.would_change)
        rows += [
            (t("why.because"), local.explain(reason.reasons, reason.text, 400)),
            (t("why.started_now"), money(reason.cost_now, currency)),
            (t("why.as_planned"), money(reason.cost_planned, currency)),
            (t("why.at_best"), money(reason.cost_best, currency)),
            (t("why.binds"), binds or t("words.nothing")),
            (t("why.change"), change or t("words.nothing")),
        ]
    out.print(pairs(rows))


def devices(views: Sequence[DeviceView], local: LocalTime) -> None:
    """What each device does, may do and will do."""
    columns = ("id", "name", "is", "uses", "level", "may_use", "next", "order")
    heads = [t(f"devices.{name}") for name in columns]
    console().print(table(heads, [_device_row(view, local) for view in views], frozenset(heads[3:5])))
    for view in views:
        if view.trouble:
            say(local.tell(view.trouble))


def events(views: Sequence[EventView], local: LocalTime) -> None:
    """Events, one a row."""
    columns = ("event", "provider", "program", "what", "from", "to", "is", "receipt", "opted_out", "became")
    heads = [t(f"events.{name}") for name in columns]
    console().print(table(heads, [_event_row(view, local) for view in views]))


def journal(entries: Sequence[JournalEntry], local: LocalTime) -> None:
    """Decisions, the newest last."""
    rows = [
        (
            local.say(entry.at),
            named("journal", entry.kind.value),
            clean(entry.device_id or "-", 30),
            local.tell(entry.sentence, 400),
        )
        for entry in reversed(entries)
    ]
    heads = [t(f"journal.head.{name}") for name in ("at", "what", "device", "decision")]
    console().print(table(heads, rows))


def discovered(views: Sequence[FoundView], _local: LocalTime) -> None:
    """Devices on the home network."""
    rows = [
        (
            clean(view.found.integration, 20),
            clean(view.found.address, 60),
            clean(", ".join(f"{key} {value}" for key, value in view.found.identity.items())),
            clean(view.device_id or t("discover.stranger"), 40),
            _model(view),
            named("presence", view.presence.value),
        )
        for view in views
    ]
    columns = ("integration", "address", "identity", "device", "model", "is")
    console().print(table([t(f"discover.{name}") for name in columns], rows))


def _model(view: FoundView) -> str:
    """The object model; where there is none yet, the one that is proposed and how well it fits."""
    if view.model_id or view.proposed_id is None:
        return clean(view.model_id or "-", 60)
    return f"{clean(view.proposed_id, 60)}? ({number(100 * (view.confidence or 0.0), 0)}%)"


def options(offered: Sequence[Option], local: LocalTime) -> None:
    """Priced options, and how to take one."""
    columns = ("option", "start", "end", "cost", "co2", "saving", "because", "token")
    heads = [t(f"options.{name}") for name in columns]
    rows = [_option_row(option, local) for option in offered]
    console().print(table(heads, rows, frozenset(heads[3:6])))
    if offered:
        until = local.say(min(option.expires_at for option in offered))
        solve, _, data = offered[0].basis.partition(", ")
        basis = ", ".join(named(*one) for one in (("solve", solve), ("data", data)) if one[1])
        made = local.say(offered[0].plan_made_at)
        say(t("options.how", made=made, basis=basis, until=until))


def commitment(made: Commitment, local: LocalTime) -> None:
    """A promise."""
    what, device = clean(made.programme_id, 60), clean(made.device_id, 60)
    start, end = local.say(made.start), local.say(made.end)
    console().print(t("accept.made", device=device, what=what, start=start, end=end))


def _device_row(view: DeviceView, local: LocalTime) -> tuple[str, ...]:
    profile, state = view.profile, view.state
    presence = state.presence.value
    is_ = _doing(view) if presence == "present" else named("presence", presence)
    unit = clean(getattr(profile.flexibility, "unit", ""), 10)
    amount = "-" if state.level is None else f"{number(state.level, 1)} {unit}"
    if state.level is not None and unit == "Wh":
        amount = level(round(state.level, -1), unit)
    band = t("words.from_to", start=power(view.band.min_w), end=power(view.band.max_w)) if view.band else "-"
    band = t("devices.watched") if view.watched else band
    cells = (clean(profile.id, 40), clean(profile.name, 40), is_, power(state.power_w), amount.strip(), band)
    return (*cells, _next(view, local), _order(view, local))


def _doing(view: DeviceView) -> str:
    """What the device does now: its cycle, its mode, or whether it is on."""
    state, modes = view.state, view.profile.flexibility
    if state.running:
        return t("devices.running")
    if state.mode is not None and isinstance(modes, ModesFlexibility):
        return clean(modes.modes[state.mode].name, 20)
    if (state.power_w or 0.0) < 0:
        return t("devices.gives")
    return "-" if state.on is None else t("devices.on" if state.on else "devices.off")


def _next(view: DeviceView, local: LocalTime) -> str:
    if view.commitment:
        return t("devices.promised", start=local.say(view.commitment.start))
    return local.say(view.next_cycle.start) if view.next_cycle else "-"


def _order(view: DeviceView, local: LocalTime) -> str:
    """What people ask of the device."""
    if view.override:
        return t(f"devices.{view.override.mode.value}_until", until=local.say(view.override.until))
    if isinstance(view.wish, CycleWish):
        what, by = clean(view.wish.programme_id, 40), view.wish.ready_by
    elif view.wish:
        unit = getattr(view.profile.flexibility, "unit", "")
        what, by = level(view.wish.level, unit), view.wish.by
    else:
        return "-"
    return t("devices.by", what=what, by=local.say(by))


def _event_row(view: EventView, local: LocalTime) -> tuple[str, ...]:
    event = view.event
    spans = [payload.interval for payload in event.payloads]
    return (
        clean(event.name, 40) or clean(event.id, 40),
        clean(event.provider, 20),
        clean(event.program_id, 36),
        ", ".join(sorted({payload.type.value for payload in event.payloads})) or "-",
        local.say(min((span.start for span in spans), default=None)),
        local.say(max((span.end for span in spans), default=None)),
        named("phase", view.phase.value),
        t("events.delivered" if view.acknowledged else "events.waiting"),
        clean(", ".join(view.opted_out)) or "-",
        clean(_became(view.acks, local), 120) or "-",
    )


def _became(acks: Sequence[Ack], local: LocalTime) -> str:
    """What became of an event: "started", or "freezer done, car opted out"; why, where it failed."""
    told = [(ack.member, named("ack", ack.state.value) + _why(ack, local)) for ack in acks]
    return ", ".join(f"{member} {words}" if member else words for member, words in told)


def _why(ack: Ack, local: LocalTime) -> str:
    return f" ({local.tell(ack.reason)})" if ack.reason and ack.state in FAILURES else ""


def _option_row(option: Option, local: LocalTime) -> tuple[str, ...]:
    return (
        named("option", option.kind.value),
        local.say(option.start),
        local.say(option.end),
        money(option.cost, option.currency),
        f"{number(option.co2_g, 0)} g",
        money(option.saving, option.currency),
        local.tell(option.reason),
        clean(option.token, 80),
    )


def what_if(view: WhatIfView, local: LocalTime) -> None:
    """What would be planned, beside what is planned."""
    out = console()
    if view.cycle:
        start, end = local.say(view.cycle.start), local.say(view.cycle.end)
        out.print(t("what_if.runs", start=start, end=end))
    cost, known = money(view.cost, local.currency), money(view.cost_in_force, local.currency)
    out.print(t("what_if.costs", cost=cost, known=known))
    for miss in view.misses:
        cause = local.explain([miss.reason], miss.cause)
        amount = f"{number(miss.amount)} {clean(miss.unit)}"
        out.print(t("what_if.missed", cause=cause, amount=amount), style="bold red")
    if view.explanation:
        out.print(local.explain(view.explanation.reasons, view.explanation.text, 600))
