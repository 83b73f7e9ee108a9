"""Draws the router's views for people: times of the site, one idea a line, strangers' texts made harmless."""

from collections.abc import Sequence

from drrouter.cli.screen import console, pairs, say, table
from drrouter.cli.words import LocalTime
from drrouter.domain.ack import FAILURES, Ack
from drrouter.domain.flexibility import ModesFlexibility
from drrouter.domain.journal import JournalEntry
from drrouter.domain.option import Option
from drrouter.domain.wish import Commitment, CycleWish
from drrouter.domain.words import clean, money, power
from drrouter.router.viewed import DeviceView, EventView, FoundView, StatusView, WhatIfView, WhyView


def local_time(view: StatusView) -> LocalTime:
    """The site's time."""
    return LocalTime.of(view.time_zone, view.now)


def status(view: StatusView, local: LocalTime) -> None:
    """The router at a glance."""
    out = console()
    out.print(f"{clean(view.site)}: {clean(view.sentence)}", style="bold red" if view.degraded else "bold")
    rungs = [rung.value.replace("_", " ") for rung in (view.solve_rung, view.data_rung) if rung]
    price = "-" if view.price_per_kwh is None else f"{view.price_per_kwh:.3f} {clean(view.currency, 3)}/kWh"
    rows = [
        ("time", f"{view.now.astimezone(local.zone):%a %Y-%m-%d %H:%M} ({clean(view.time_zone, 40)})"),
        (
            "plan",
            f"made at {local.say(view.plan_made_at)} ({', '.join(rungs)})"
            if view.plan_made_at
            else "none yet",
        ),
        ("price now", price),
        ("CO2 now", "-" if view.co2_g_per_kwh is None else f"{view.co2_g_per_kwh:.0f} g/kWh"),
        ("devices use", power(view.power_w)),
        ("site limit", "none" if view.limit_w is None else power(view.limit_w)),
    ]
    for link in view.links:
        state = "up" if link.up else "down"
        rows.append(
            (
                f"link {clean(link.provider, 40)}",
                f"{state} since {local.say(link.since)} {clean(link.sentence)}",
            )
        )
        if link.freshness:
            rows.append(("", clean(link.freshness.sentence)))
    rows += [("alert", clean(alert)) for alert in view.alerts]
    out.print(pairs(rows))


def why(view: WhyView, currency: str, local: LocalTime) -> None:
    """Why a device runs when it runs."""
    out, reason = console(), view.explanation
    out.print(clean(view.name), style="bold")
    rows = [("now", clean(view.because) or "-")]
    if view.cycle:
        rows.append(("planned", f"{local.say(view.cycle.start)} to {local.say(view.cycle.end)}"))
    if reason:
        rows += [
            ("because", clean(reason.text, 400)),
            ("started now", money(reason.cost_now, currency)),
            ("as planned", money(reason.cost_planned, currency)),
            ("at best", money(reason.cost_best, currency)),
            ("what binds", clean(reason.binding) or "nothing"),
            ("would change it", clean(reason.would_change) or "nothing"),
        ]
    out.print(pairs(rows))


def devices(views: Sequence[DeviceView], local: LocalTime) -> None:
    """What each device does, may do and will do."""
    heads = ("id", "name", "is", "uses", "level", "may use", "next", "order")
    console().print(table(heads, [_device_row(view, local) for view in views], frozenset({"uses", "level"})))
    for view in views:
        if view.trouble:
            say(clean(view.trouble))


def events(views: Sequence[EventView], local: LocalTime) -> None:
    """Events, one a row."""
    heads = (
        "event",
        "provider",
        "program",
        "what",
        "from",
        "to",
        "is",
        "receipt",
        "opted out",
        "became of it",
    )
    console().print(table(heads, [_event_row(view, local) for view in views]))


def journal(entries: Sequence[JournalEntry], local: LocalTime) -> None:
    """Decisions, the newest last."""
    rows = [
        (
            local.say(entry.at),
            entry.kind.value.replace("_", " "),
            clean(entry.device_id or "-", 30),
            clean(entry.sentence, 400),
        )
        for entry in reversed(entries)
    ]
    console().print(table(("at", "what", "device", "decision"), rows))


def discovered(views: Sequence[FoundView], _local: LocalTime) -> None:
    """Devices on the home network."""
    rows = [
        (
            clean(view.found.integration, 20),
            clean(view.found.address, 60),
            clean(", ".join(f"{key} {value}" for key, value in view.found.identity.items())),
            clean(view.device_id or "not in the home file", 40),
            _model(view),
            view.presence.value,
        )
        for view in views
    ]
    console().print(table(("integration", "address", "identity", "device", "model", "is"), rows))


def _model(view: FoundView) -> str:
    """The object model; where there is none yet, the one that is proposed and how well it fits."""
    if view.model_id or view.proposed_id is None:
        return clean(view.model_id or "-", 60)
    return f"{clean(view.proposed_id, 60)}? ({view.confidence or 0.0:.0%})"


def options(offered: Sequence[Option], local: LocalTime) -> None:
    """Priced options, and how to take one."""
    heads = ("option", "start", "end", "cost", "CO2", "saving", "because", "token")
    rows = [_option_row(option, local) for option in offered]
    console().print(table(heads, rows, frozenset({"cost", "CO2", "saving"})))
    if offered:
        until = local.say(min(option.expires_at for option in offered))
        basis, made = clean(offered[0].basis), local.say(offered[0].plan_made_at)
        say(f"Priced by the plan of {made} ({basis}). Take one until {until}: drrouter accept TOKEN")


def commitment(made: Commitment, local: LocalTime) -> None:
    """A promise."""
    what, device = clean(made.programme_id, 60), clean(made.device_id, 60)
    console().print(f"{device}: {what} starts at {local.say(made.start)} and ends at {local.say(made.end)}.")


def _device_row(view: DeviceView, local: LocalTime) -> tuple[str, ...]:
    profile, state = view.profile, view.state
    is_ = _doing(view) if state.presence.value == "present" else state.presence.value
    level = (
        "-"
        if state.level is None
        else f"{state.level:.1f} {clean(getattr(profile.flexibility, 'unit', ''), 10)}"
    )
    band = f"{power(view.band.min_w)} to {power(view.band.max_w)}" if view.band else "-"
    band = "only watched" if view.watched else band
    cells = (clean(profile.id, 40), clean(profile.name, 40), is_, power(state.power_w), level.strip(), band)
    return (*cells, _next(view, local), _order(view, local))


def _doing(view: DeviceView) -> str:
    """What the device does now: its cycle, its mode, or whether it is on."""
    state, modes = view.state, view.profile.flexibility
    if state.running:
        return "running"
    if state.mode is not None and isinstance(modes, ModesFlexibility):
        return clean(modes.modes[state.mode].name, 20)
    if (state.power_w or 0.0) < 0:
        return "gives"
    return {True: "on", False: "off", None: "-"}[state.on]


def _next(view: DeviceView, local: LocalTime) -> str:
    if view.commitment:
        return f"{local.say(view.commitment.start)} (promised)"
    return local.say(view.next_cycle.start) if view.next_cycle else "-"


def _order(view: DeviceView, local: LocalTime) -> str:
    """What people ask of the device."""
    if view.override:
        return f"{view.override.mode.value} until {local.say(view.override.until)}"
    if isinstance(view.wish, CycleWish):
        return f"{clean(view.wish.programme_id, 40)} by {local.say(view.wish.ready_by)}"
    return f"{view.wish.level:g} by {local.say(view.wish.by)}" if view.wish else "-"


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
        view.phase.value.replace("_", " "),
        "delivered" if view.acknowledged else "waiting",
        clean(", ".join(view.opted_out)) or "-",
        clean(_became(view.acks), 120) or "-",
    )


def _became(acks: Sequence[Ack]) -> str:
    """What became of an event: "started", or "freezer done, car opted out"; why, where it failed."""
    told = [(ack.member, ack.state.value.replace("_", " ") + _why(ack)) for ack in acks]
    return ", ".join(f"{member} {words}" if member else words for member, words in told)


def _why(ack: Ack) -> str:
    return f" ({ack.reason})" if ack.reason and ack.state in FAILURES else ""


def _option_row(option: Option, local: LocalTime) -> tuple[str, ...]:
    return (
        option.kind.value,
        local.say(option.start),
        local.say(option.end),
        money(option.cost, option.currency),
        f"{option.co2_g:.0f} g",
        money(option.saving, option.currency),
        clean(option.reason),
        clean(option.token, 80),
    )


def what_if(view: WhatIfView, local: LocalTime, currency: str) -> None:
    """What would be planned, beside what is planned."""
    out = console()
    if view.cycle:
        out.print(f"It would run from {local.say(view.cycle.start)} to {local.say(view.cycle.end)}.")
    cost, known = money(view.cost, currency), money(view.cost_in_force, currency)
    out.print(f"It would cost {cost}; as planned now it costs {known}.")
    for miss in view.misses:
        out.print(f"Not met: {clean(miss.cause)} ({miss.amount:g} {clean(miss.unit)})", style="bold red")
    if view.explanation:
        out.print(clean(view.explanation.text, 600))
