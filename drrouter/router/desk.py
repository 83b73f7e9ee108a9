"""Answers "which options are available now?" from the last plan, and keeps what is offered for a while.

No solver is asked and nothing waits. A hold reserves nothing, lives 120 s, and a device has at most three
rounds of them (DESIGN, "Options").
"""

import secrets
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from drrouter.domain.flexibility import ProfileFlexibility, Programme
from drrouter.domain.ids import DeviceId, HoldToken
from drrouter.domain.option import Option
from drrouter.domain.plan import Plan
from drrouter.domain.said import said
from drrouter.domain.wish import Commitment
from drrouter.errors import HoldConflictError, HoldExpiredError, HoldUnknownError, WishImpossibleError
from drrouter.planner import Problem, fits, price_options
from drrouter.planner.options import PricedStart
from drrouter.router.local import clock_time

LIFE = timedelta(seconds=120)
ROUNDS = 3
REMEMBERED = 1000
"""How many tokens are remembered, so that a late accept is answered "expired" and not "unknown"."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which starts of this programme are possible, and what they cost."""

    device_id: DeviceId
    programme: Programme
    earliest: datetime
    ready_by: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """What was offered, to which question."""

    option: Option
    question: Question


Live = Callable[[], tuple[Problem, Plan]]
Barred = Callable[[DeviceId, datetime, datetime], str]


class OptionsDesk:
    """Hands out options and turns an accepted one into a commitment."""

    def __init__(self, live: Live, zone: ZoneInfo, barred: Barred = lambda *_: "") -> None:
        """Wire it up.

        Args:
            live: gives the problem of this instant and the plan in force; it must not wait.
            zone: of the home, for the words.
            barred: why the device may not run from one instant to another, whatever is asked; empty where
                it may.
        """
        self._live, self._zone, self._barred = live, zone, barred
        self._rounds: dict[DeviceId, deque[tuple[HoldToken, ...]]] = {}
        self._holds: dict[HoldToken, Hold] = {}
        self._accepted: dict[HoldToken, Commitment] = {}

    def quote(self, question: Question, now: datetime) -> tuple[Option, ...]:
        """Price the question.

        Raises:
            WishImpossibleError: no start keeps the ready-by.
        """
        if max(question.earliest, now) + question.programme.duration > question.ready_by:
            raise too_late(question.programme, question.ready_by, self._zone)
        problem, plan = self._live()
        now = problem.now
        priced = price_options(
            plan, problem, question.device_id, question.programme, question.earliest, question.ready_by, now
        )
        priced = self._without_barred(question, priced)
        options = tuple(_option(start, question, plan, problem, now) for start in priced)
        self._hold(options, question)
        return options

    def _without_barred(self, question: Question, priced: Sequence[PricedStart]) -> tuple[PricedStart, ...]:
        """The starts that nothing bars altogether.

        Raises:
            WishImpossibleError: there is none left.
        """
        why = [self._barred(question.device_id, start.start, start.end) for start in priced]
        if why and all(why):
            name, ready = question.programme.name, clock_time(question.ready_by, self._zone)
            raise WishImpossibleError(said("refused.barred", why[0], programme=name, ready=ready))
        return tuple(start for start, reason in zip(priced, why, strict=True) if not reason)

    def held_for(self, token: HoldToken) -> DeviceId | None:
        """The device a token belongs to."""
        if made := self._accepted.get(token):
            return made.device_id
        hold = self._holds.get(token)
        return hold.option.device_id if hold else None

    def accepted(self, token: HoldToken) -> Commitment | None:
        """What the token was made into, None where it has not been accepted."""
        return self._accepted.get(token)

    def accept(self, token: HoldToken, now: datetime) -> Commitment:
        """Check the hold against what is live now and make it a commitment.

        Raises:
            HoldUnknownError, HoldExpiredError, HoldConflictError: as they say; the last has fresh options.
        """
        hold = self._holds.get(token)
        if hold is None:
            raise HoldUnknownError(said("refused.no_offer"))
        if hold.option.expires_at <= now or not self._is_current(token):
            raise HoldExpiredError(said("refused.expired"))
        option, programme = hold.option, hold.question.programme
        problem, plan = self._live()
        start = max(option.start, problem.now)
        if why := fits(plan, problem, option.device_id, programme, start):
            raise HoldConflictError(said("refused.no_fit", why), self._fresh(hold.question, now))
        made = Commitment(option.device_id, programme.id, start, programme.duration, token, now)
        self.remember(made)
        return made

    def remember(self, commitment: Commitment) -> None:
        """Know an accepted option, after a restart too, so that accepting it again is harmless."""
        self._accepted[commitment.token] = commitment
        _forget_oldest(self._accepted)

    def _fresh(self, question: Question, now: datetime) -> tuple[Option, ...]:
        """What may be taken instead; nothing where it is too late by now."""
        try:
            return self.quote(question, now)
        except WishImpossibleError:
            return ()

    def _is_current(self, token: HoldToken) -> bool:
        hold = self._holds[token]
        return any(token in tokens for tokens in self._rounds.get(hold.option.device_id, ()))

    def _hold(self, options: tuple[Option, ...], question: Question) -> None:
        """Keep the newest rounds of a device; older ones count as expired."""
        rounds = self._rounds.setdefault(question.device_id, deque(maxlen=ROUNDS))
        rounds.append(tuple(option.token for option in options))
        self._holds |= {option.token: Hold(option, question) for option in options}
        _forget_oldest(self._holds)


def _forget_oldest(tokens: dict[HoldToken, Any]) -> None:
    """Remember so many and no more."""
    while len(tokens) > REMEMBERED:
        tokens.pop(next(iter(tokens)))


def too_late(programme: Programme, ready_by: datetime, zone: ZoneInfo) -> WishImpossibleError:
    """That a programme takes too long for the time that is left."""
    minutes, ready = programme.duration / timedelta(minutes=1), clock_time(ready_by, zone)
    return WishImpossibleError(
        said("refused.too_late", programme=programme.name, minutes=minutes, ready=ready)
    )


def programme_of(flexibility: ProfileFlexibility, wanted: str | None) -> Programme | None:
    """The programme asked for, the first one where nothing is asked."""
    if wanted is None:
        return flexibility.programmes[0]
    return next((programme for programme in flexibility.programmes if programme.id == wanted), None)


def _option(start: PricedStart, question: Question, plan: Plan, problem: Problem, now: datetime) -> Option:
    """A priced start with a hold token."""
    return Option(
        kind=start.kind,
        device_id=question.device_id,
        programme_id=question.programme.id,
        start=start.start,
        end=start.end,
        cost=start.cost,
        currency=problem.currency,
        co2_g=start.co2_g,
        saving=start.saving,
        reason=start.reason,
        token=HoldToken(secrets.token_hex(16)),
        expires_at=now + LIFE,
        basis=f"{plan.solve_rung}, {plan.data_rung}",
        plan_made_at=plan.made_at,
    )
