"""Events of providers: one line each, and all that is known of one."""

from collections.abc import Iterable, Sequence

from drrouter.domain.event import Payload, PayloadType
from drrouter.domain.payload_classes import PRICES
from drrouter.domain.plan import Reason
from drrouter.domain.words import clean
from drrouter.router.viewed import EventPhase, EventView
from drrouter_ui.draw.why import Rows
from drrouter_ui.seen import Seen
from drrouter_ui.words import number, say, t

_ORDER = [EventPhase.IN_FORCE, EventPhase.COMING, EventPhase.OVER]
_MOST_PAYLOADS = 8


def newest_first(views: Iterable[EventView]) -> tuple[EventView, ...]:
    """In force, to come, over; prices after what asks for something."""
    return tuple(sorted(views, key=lambda view: (_ORDER.index(view.phase), not _asks(view), view.event.id)))


def _asks(view: EventView) -> bool:
    return any(payload.type not in PRICES for payload in view.event.payloads)


def line(view: EventView, seen: Seen) -> str:
    """Phase, when, who, what, and whether the owner takes part."""
    event = view.event
    kinds = dict.fromkeys(payload.type for payload in event.payloads)
    what = ", ".join(_kind(kind, seen) for kind in kinds) or clean(event.name, 40)
    out = f"  ({t('tui.events.out')})" if view.home_opted_out or view.opted_out else ""
    phase, when = t(f"tui.events.{view.phase.value}"), _when(event.payloads, seen)
    return f"{phase:10} {when:22} {clean(event.provider, 16):16} {what}{out}"


def details(view: EventView, seen: Seen) -> Rows:
    """Names and values."""
    event = view.event
    rows: Rows = [
        (t("tui.events.name"), f"{clean(event.name, 80)} ({clean(event.id, 40)})"),
        (t("tui.events.from"), clean(event.provider, 40)),
    ]
    if event.targets:
        rows.append((t("tui.events.for"), clean(", ".join(event.targets), 120)))
    coming = [one for one in event.payloads if one.interval.end > seen.status.now] or event.payloads
    for payload in coming[:_MOST_PAYLOADS]:
        rows.append(
            (_kind(payload.type, seen), f"{_value(payload, event.currency)}  {_when((payload,), seen)}")
        )
    if len(coming) > _MOST_PAYLOADS:
        rows.append(("", t("tui.more", count=len(coming) - _MOST_PAYLOADS)))
    rows.append((t("tui.events.receipt"), t(f"tui.events.receipt.{'yes' if view.acknowledged else 'no'}")))
    for ack in view.acks:
        whom = clean(ack.member, 40) if ack.member else t("tui.events.site")
        steps = ", ".join(
            f"{t(f'tui.ack.{step.state.value}')} {seen.local.say(step.at)}" for step in ack.steps
        )
        rows.append((whom, f"{steps} ({seen.say(ack.reason, 80)})" if ack.reason else steps))
    if view.home_opted_out:
        rows.append((t("tui.events.out"), t("tui.opt_out.home")))
    if view.opted_out:
        rows.append((t("tui.events.out"), clean(", ".join(view.opted_out), 120)))
    return rows + [("", clean(text, 200)) for text in event.ignored[:2]]


def _when(payloads: Sequence[Payload], seen: Seen) -> str:
    if not payloads:
        return ""
    start = min(payload.interval.start for payload in payloads)
    end = max(payload.interval.end for payload in payloads)
    return t("tui.from_to", start=seen.local.say(start), end=seen.local.say(end))


def _kind(kind: PayloadType, seen: Seen) -> str:
    """The payload type in the person's language; one that few use in the words of the standard."""
    told = kind.value.replace("_", " ").lower()
    return say([Reason(f"type.{kind.value.lower()}")], told, seen.status.currency, seen.local)


def _value(payload: Payload, currency: str) -> str:
    if payload.text:
        return clean(payload.text, 80)
    if payload.type in PRICES:
        return f"{number(payload.value, 3)} {clean(currency, 3)}/kWh"
    if payload.type.value.endswith("_CAPACITY_LIMIT"):
        return f"{number(payload.value / 1000)} kW"
    unit = "g/kWh" if payload.type is PayloadType.GHG else clean(payload.unit, 10)
    return f"{number(payload.value)} {unit}".strip()
