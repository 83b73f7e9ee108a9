"""The entrance: everything that decides who somebody is, by token, password, code, link or cookie.

    entrance = await Entrance.open(store, clock, executor)
    async with LocalApi(router, entrance, clock) as api: ...

What somebody may do then is left to the gate.
"""

import logging
from dataclasses import dataclass, field
from http import HTTPStatus

from drrouter.adapters.api.claim import Claim
from drrouter.adapters.api.links import Links
from drrouter.adapters.api.passwords import Passwords
from drrouter.adapters.api.people import People, Person, key_of
from drrouter.adapters.api.preferences import PreferenceBook
from drrouter.adapters.api.refusals import Refused, refused
from drrouter.adapters.api.roles import PEOPLE, Role
from drrouter.adapters.api.sessions import Session, Sessions
from drrouter.adapters.api.throttle import Throttle
from drrouter.adapters.api.tokens import TokenBook
from drrouter.domain.said import said
from drrouter.ports import Clock, Executor, Store

log = logging.getLogger(__name__)

_LONGEST_FOR_A_NAME_S = 30.0


def _for_names() -> Throttle:
    """Whoever tries the passwords of one person from many addresses waits; the person never long."""
    return Throttle(longest_s=_LONGEST_FOR_A_NAME_S)


@dataclass(frozen=True, slots=True)
class Entrance:
    """Who may come in, and as whom.

    Attributes:
        throttle: counts wrong tokens by address.
        tries: counts wrong passwords, codes and links by address; a program's old token stops nobody here.
        names: counts wrong passwords by name.
    """

    tokens: TokenBook
    people: People
    sessions: Sessions
    preferences: PreferenceBook
    claim: Claim = field(default_factory=Claim)
    links: Links = field(default_factory=Links)
    throttle: Throttle = field(default_factory=Throttle)
    tries: Throttle = field(default_factory=Throttle)
    names: Throttle = field(default_factory=_for_names)

    @classmethod
    async def open(cls, store: Store, clock: Clock, executor: Executor) -> "Entrance":
        """Read everything back.

        Raises:
            StoreError: the store cannot be read, or holds something else.
        """
        return cls(
            await TokenBook.open(store, clock),
            await People.open(store, clock, Passwords(executor)),
            await Sessions.open(store, clock),
            await PreferenceBook.open(store),
        )

    async def be_claimed(self, code: str, name: str, password: str, address: str) -> Person:
        """Make the first owner.

        Raises:
            Refused: there is an owner, the code is wrong, or the address tried too often.
        """
        if self.people.are_claimed:
            raise refused(HTTPStatus.CONFLICT, "claimed", said("door.claimed"))
        self._slow_down(address)
        if not self.claim.take(code):
            raise refused(HTTPStatus.FORBIDDEN, "wrong-code", said("door.wrong_code"))
        self.tries.right(address)
        try:
            owner = await self.people.add(name, Role.OWNER, password)
        except BaseException:
            self.claim.give_back(code)
            raise
        log.info("the router has an owner now, who came from %s", address)
        return owner

    async def recognise(self, name: str, password: str, address: str) -> Person:
        """The person of that name and password.

        Raises:
            Refused: they are nobody's, or somebody tried too often; it is not said which of the two is wrong.
        """
        self._slow_down(address)
        self._slow_down_name(name)
        person = await self.people.check(name, password)
        if person is None:
            log.warning("a wrong name or password came from %s", address)
            raise refused(HTTPStatus.FORBIDDEN, "wrong-credentials", said("door.wrong"))
        self.tries.right(address)
        self.names.right(_tried(name))
        return person

    def session(self, secret: str) -> Session | None:
        """The session of a cookie, None where it opens nothing: a person must still be here, and the same."""
        found = self.sessions.find(secret)
        if found is None or not found.person:
            return found
        person = self.people.get(found.name)
        return found if person is not None and person.role is found.role else None

    async def let_in(self, person: Person, about: str) -> tuple[Session, str]:
        """A session of the person.

        Raises:
            Refused: the person was sent away, or got another password, in this very moment.
        """
        begun = await self.sessions.begin(person.name, person.role, person=True, about=about)
        if not self.people.holds(person):
            await self.sessions.end(begun[0].id)
            raise refused(HTTPStatus.FORBIDDEN, "wrong-credentials", said("door.wrong"))
        return begun

    async def follow(self, link: str, address: str, about: str) -> tuple[Session, str]:
        """A session by a one-time link.

        Raises:
            Refused: the link is not good any more.
        """
        self._slow_down(address)
        invitation = self.links.take(link)
        person = self.people.get(invitation.name) if invitation and invitation.person else None
        if invitation is None or (invitation.person and person is None):
            raise refused(HTTPStatus.FORBIDDEN, "link-used", said("door.link_used"))
        self.tries.right(address)
        if person is not None:
            return await self.let_in(person, about)
        return await self.sessions.begin(invitation.name, invitation.role, person=False, about=about)

    async def send_away(self, name: str) -> Person:
        """Remove a person with all that lets the person in; raises as ``People.remove``."""
        person = await self.people.remove(name)
        self.links.forget(person.name)
        await self.sessions.end_all_of(person.name)
        await self.preferences.forget(person.name)
        return person

    async def give_password(self, name: str, password: str, but: str | None) -> None:
        """Another password: whoever came by the old one is out, except for the session of this id.

        Raises as ``People.set_password``.
        """
        person = await self.people.set_password(name, password)
        self.links.forget(person.name)
        await self.sessions.end_all_of(person.name, but)

    async def revoke(self, token_id: str) -> None:
        """Make a token worthless, with the links that it made and the browsers that came by them."""
        held = self.tokens.held_by(token_id)
        await self.tokens.revoke(token_id)
        if held is not None and held.role in PEOPLE:
            self.links.forget(held.name)
            await self.sessions.end_lent_by(held.name)

    def _slow_down(self, address: str) -> None:
        """Count a try, which a right one takes back; so that many at once are not looked at together."""
        if wait_s := self.tries.wait_s(address):
            raise _too_many(wait_s)
        self.tries.wrong(address)

    def _slow_down_name(self, name: str) -> None:
        if wait_s := self.names.wait_s(_tried(name)):
            raise _too_many(wait_s)
        self.names.wrong(_tried(name))


def _tried(name: str) -> str:
    """However somebody spells a person's name, it is that person who is tried on."""
    return key_of(name)[:64]


def _too_many(wait_s: float) -> Refused:
    detail = said("door.wait", seconds=wait_s)
    return refused(
        HTTPStatus.TOO_MANY_REQUESTS, "too-many-tries", detail, {"Retry-After": str(int(wait_s) + 1)}
    )
