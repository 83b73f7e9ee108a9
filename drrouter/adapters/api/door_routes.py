"""Routes at the door: who am I, claim the router, sign in and out, which browsers are signed in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus

from drrouter.adapters.api.door_bodies import ClaimBody, SignInBody
from drrouter.adapters.api.language import Language, asked_for
from drrouter.adapters.api.refusals import refused
from drrouter.adapters.api.roles import ANYONE, READERS, Role
from drrouter.adapters.api.route import Call, Route, route
from drrouter.adapters.api.sessions import Session, csrf_of
from drrouter.adapters.api.visit import WithCookie
from drrouter.domain.said import said


class DoorState(StrEnum):
    """How somebody stands at the door."""

    UNCLAIMED = "unclaimed"
    SIGNED_OUT = "signed_out"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True, slots=True)
class DoorView:
    """What a screen must know before anything else.

    Attributes:
        state: whether somebody is signed in; if not, whether the router has an owner yet.
        csrf: what each change must carry as X-CSRF; None where no cookie is used.
        language: of the person's settings, else the best that the browser asks for.
        site: the name of the home; only those who are signed in are told.
    """

    state: DoorState
    language: Language
    name: str | None = None
    role: Role | None = None
    csrf: str | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class SessionView:
    """One browser that is signed in; ``current`` is the one that asks."""

    id: str
    name: str
    role: Role
    about: str
    created_at: datetime
    seen_at: datetime
    current: bool


@route("GET", "/session", ANYONE, answer=DoorView)
async def session(call: Call) -> DoorView:
    """Who am I here, and what can I do about it?"""
    who = call.who
    if who.role is Role.VISITOR:
        claimed = call.entrance.people.are_claimed
        return DoorView(DoorState.SIGNED_OUT if claimed else DoorState.UNCLAIMED, _language(call, None))
    return _signed_in(call, who.name, who.role, call.visit.csrf)


@route("POST", "/claim", ANYONE, answer=DoorView, body=ClaimBody)
async def claim(call: Call) -> WithCookie:
    """Become the first owner by the code that the router showed at its start, and sign in."""
    body: ClaimBody = call.body
    given = (body.code, body.name, body.password.get_secret_value())
    person = await call.entrance.be_claimed(*given, call.visit.address)
    return _welcome(call, *await call.entrance.let_in(person, call.visit.about))


@route("POST", "/session", ANYONE, answer=DoorView, body=SignInBody)
async def sign_in(call: Call) -> WithCookie:
    """Sign in by name and password, or by a one-time link."""
    body: SignInBody = call.body
    entrance, visit = call.entrance, call.visit
    if body.link is not None:
        return _welcome(call, *await entrance.follow(body.link, visit.address, visit.about))
    name, password = body.name or "", body.password.get_secret_value() if body.password else ""
    person = await entrance.recognise(name, password, visit.address)
    return _welcome(call, *await entrance.let_in(person, visit.about))


@route("DELETE", "/session", READERS)
async def sign_out(call: Call) -> WithCookie:
    """End this browser's session."""
    if call.visit.session is not None:
        await call.entrance.sessions.end(call.visit.session.id)
    return WithCookie(None, None)


@route("GET", "/sessions", READERS, answer=tuple[SessionView, ...])
async def sessions(call: Call) -> tuple[SessionView, ...]:
    """The browsers that are signed in; an owner sees everybody's, others their own."""
    own = call.visit.session
    return tuple(
        SessionView(
            one.id,
            one.name,
            one.role,
            one.about,
            one.created_at,
            one.seen_at,
            own is not None and one.id == own.id,
        )
        for one in call.entrance.sessions.views()
        if _may_end(call, one)
    )


@route("DELETE", "/sessions/{session_id}", READERS)
async def end_session(call: Call) -> None:
    """Sign a browser out; one that is not there is signed out already."""
    for one in call.entrance.sessions.views():
        if one.id == call.path["session_id"]:
            if not _may_end(call, one):
                raise refused(HTTPStatus.FORBIDDEN, "not-allowed", said("door.sessions"))
            await call.entrance.sessions.end(one.id)


def _may_end(call: Call, session: Session) -> bool:
    own = call.visit.session
    if call.who.role is Role.OWNER or (own is not None and session.id == own.id):
        return True
    return own is not None and own.person and session.person and session.name == own.name


def _welcome(call: Call, session: Session, secret: str) -> WithCookie:
    """Signed in; whoever came by the link of an owner's token, as in the demo, is forgotten with the browser.

    The demo takes another port at each start, and no browser shall collect a cookie for each.
    """
    lasting = session.person or session.role is not Role.OWNER
    return WithCookie(_signed_in(call, session.name, session.role, csrf_of(secret)), secret, lasting)


def _signed_in(call: Call, name: str, role: Role, csrf: str | None) -> DoorView:
    site = call.router.status().site
    return DoorView(DoorState.SIGNED_IN, _language(call, name), name, role, csrf, site)


def _language(call: Call, name: str | None) -> Language:
    chosen = call.entrance.preferences.of(name).language if name else "auto"
    return asked_for(call.visit.languages) if chosen == "auto" else chosen


DOOR_ROUTES: tuple[Route, ...] = (session, claim, sign_in, sign_out, sessions, end_session)
