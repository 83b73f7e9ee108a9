"""What becomes of orders of providers, and of the messages and profiles of theirs; see the package."""

from collections.abc import Mapping
from types import MappingProxyType

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        # why an order was not obeyed, or not by all
        "outcome.out": "does not bind {member}: the owner has taken it out",
        "outcome.home_out": "does not bind the home: the owner has taken it out",
        "outcome.not_now": "it cannot be done in this home now",
        "outcome.in_part": "cannot be carried out in full by {member}",
        "outcome.not_stopped": "cannot stop {member}: {0}",
        "outcome.excess": "cannot be kept in full: {excess_w:.1f} W too much",
        "outcome.left": "the home has left the provider",
        "outcome.never": "it never came into force here",
        "outcome.not_by": "not by {members}",
        "outcome.of": "{name} {0}.",
        "outcome.over": "{name} of {provider} is over and was obeyed.",
        "outcome.over_by": "{name} of {provider} is over and was obeyed by {members}.",
        # what came
        "event.sent": "{provider} sent {name} ({0}).",
        "event.sent_for": "{provider} sent {name} ({0}) for {targets}.",
        "event.ignored": "Ignored: {0}.",
        "event.not_allowed": "nothing that it may send",
        "event.not_known": "nothing we understand",
        "event.cancelled": "{provider} cancelled {name}.",
        "event.flood": "{provider} sends more than can be kept; what is beyond is left out.",
        # the record of each provider
        "evidence.told": "Told for {0}: {1}.",
        "evidence.told_this": "Told for {0}: {1} ({payloads}).",
        "evidence.sent": "It sent {name} ({0}); receipt for {1}.",
        "evidence.sent_this": "It sent {name} ({0}); receipt for {1} ({payloads}).",
        "evidence.back": "It took the event back.",
        "evidence.nothing": "nothing that is obeyed",
        "evidence.home": "the home",
        "evidence.started": "started",
        "evidence.done": "done",
        "evidence.opted_out": "opted out",
        "evidence.impossible": "impossible",
        # messages that wait for a provider
        "outbox.lost": "{count:.0f} messages to {provider} could not be kept until they were delivered.",
        "outbox.emptied": "{provider} has received all that still waited.",
        "outbox.too_old": "Messages to {provider} have waited too long; the oldest are let go from now on, "
        "measurements first.",
        "outbox.too_many": "Messages to {provider} are more than can be kept; the oldest are let go from "
        "now on, measurements first.",
        # parting
        "parting.left": "{provider} is left: {events:.0f} of its events ended, {delivered:.0f} messages "
        "were still delivered, {let_go:.0f} were let go.",
        "parting.forgotten": "It has forgotten this home.",
        "parting.may_know": "It may still know this home.",
        "parting.so_says": "So says {0}.",
        "parting.gone": "{provider} is no provider of this home: {events:.0f} events of it ended, {0}, and "
        "what was kept of it is erased.",
        "parting.moved": "{provider} has another address, and counts as another provider: {events:.0f} "
        "events of it ended, {0}, and what was kept of it is erased.",
        "parting.lost": "{count:.0f} messages that it had not received were let go",
        "parting.nothing_lost": "nothing waited for it",
        # offline profiles
        "profile.kept": "The offline profile of {provider} ({name}, version {version}) is kept; valid until "
        "{until}, it comes into force {wait} after the link was lost.",
        "profile.left_out": "Left out, since it may not send that: {what}.",
        "profile.not_fetched": "The offline profile of {provider} was not fetched: {0}",
        "profile.refused": "The offline profile of {provider} is refused: {0}",
        "profile.stays": "The kept one stays in use.",
    }
)
