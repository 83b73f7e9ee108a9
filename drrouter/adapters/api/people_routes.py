"""Routes of the people: who may sign in, passwords, one-time links, the claim's code, settings of screens."""

from http import HTTPStatus
from urllib.parse import urlsplit

from drrouter.adapters import qr
from drrouter.adapters.api.door_bodies import LinkBody, PasswordBody, PersonBody, check_password
from drrouter.adapters.api.links import Invitation
from drrouter.adapters.api.people import Person, key_of
from drrouter.adapters.api.preferences import Preferences
from drrouter.adapters.api.refusals import refused
from drrouter.adapters.api.roles import OWNER, PEOPLE, READERS, Role
from drrouter.adapters.api.route import Call, Route, route
from drrouter.adapters.door_views import ClaimView, LinkView, PersonView, page_of
from drrouter.domain.said import said
from drrouter.errors import MessageError


@route("GET", "/people", OWNER, answer=tuple[PersonView, ...])
async def people(call: Call) -> tuple[PersonView, ...]:
    """Everybody who may sign in by a password."""
    return tuple(map(_view, call.entrance.people.views()))


@route("POST", "/people", OWNER, answer=PersonView, body=PersonBody)
async def add_person(call: Call) -> PersonView:
    """Let somebody sign in from now on."""
    body: PersonBody = call.body
    return _view(await call.entrance.people.add(body.name, body.role, body.password.get_secret_value()))


@route("DELETE", "/people/{name}", OWNER)
async def remove_person(call: Call) -> None:
    """Let somebody sign in no more; the person is signed out everywhere at once. The last owner stays."""
    await call.entrance.send_away(call.path["name"])


@route("PUT", "/people/{name}/password", READERS, body=PasswordBody)
async def set_password(call: Call) -> None:
    """Another password: everybody the own one, by showing the present one; an owner anybody's.

    The person is signed out everywhere else.
    """
    body: PasswordBody = call.body
    name, session = call.path["name"], call.visit.session
    is_own = session is not None and session.person and key_of(session.name) == key_of(name)
    if not is_own and call.who.role is not Role.OWNER:
        raise refused(HTTPStatus.FORBIDDEN, "not-allowed", said("door.passwords"))
    person = call.entrance.people.find(name)
    _check_new(body, person.name)
    if is_own:
        current = body.current.get_secret_value() if body.current else ""
        await call.entrance.recognise(person.name, current, call.visit.address)
    but = session.id if session and is_own else None
    await call.entrance.give_password(name, body.password.get_secret_value(), but)


@route("POST", "/links", PEOPLE, answer=LinkView, body=LinkBody)
async def make_link(call: Call) -> LinkView:
    """A one-time link, and its QR code, that signs a phone in: as oneself, or as somebody who may do less."""
    body: LinkBody = call.body
    role, session = body.role or call.who.role, call.visit.session
    if not call.who.may_lend(role):
        detail = said("door.cannot_let_in", role=call.who.role, other=role)
        raise refused(HTTPStatus.FORBIDDEN, "not-allowed", detail)
    is_oneself = role is call.who.role
    person = is_oneself and session is not None and session.person
    invitation = Invitation(call.who.name if is_oneself else role.value, role, person, call.who.name)
    secret = call.entrance.links.make(invitation, body.minutes)
    url = page_of(_base(call, body.base), "link", secret)
    return LinkView(url, qr.svg(url), body.minutes)


@route("GET", "/claim", OWNER, answer=ClaimView)
async def claim_code(call: Call) -> ClaimView:
    """The code by which this router is claimed, as long as nobody has done so."""
    return _claim(call, call.entrance.claim.code or call.entrance.claim.renew())


@route("POST", "/claim/renewal", OWNER, answer=ClaimView)
async def renew_claim(call: Call) -> ClaimView:
    """Another code; the old one is worthless."""
    return _claim(call, call.entrance.claim.renew())


@route("GET", "/settings", READERS, answer=Preferences)
async def settings(call: Call) -> Preferences:
    """What the person has set for the screens."""
    return call.entrance.preferences.of(call.who.name)


@route("PUT", "/settings", READERS, answer=Preferences, body=Preferences)
async def change_settings(call: Call) -> Preferences:
    """Set some of it, for every screen of the person; what is left out stays as it is."""
    return await call.entrance.preferences.change(call.who.name, call.body)


def _view(person: Person) -> PersonView:
    return PersonView(person.name, person.role.value, person.created_at)


def _check_new(body: PasswordBody, name: str) -> None:
    try:
        check_password(body.password, name)
    except ValueError as error:
        another = said("password.another")
        raise MessageError("the request", "password", error.args[0], another) from error


def _base(call: Call, given: str | None) -> str:
    """The address of the panel as the sender's browser knows it, below whatever prefix, and surely ours."""
    if given is None:
        return call.visit.base
    try:
        page = urlsplit(given)
    except ValueError as error:
        raise MessageError("the request", "base", "it is no address") from error
    own = {urlsplit(address).netloc for address in (call.visit.base, call.visit.origin)}
    if page.scheme not in ("http", "https") or not page.netloc or page.netloc not in own:
        raise MessageError("the request", "base", "it is not an address of this router")
    return page._replace(query="", fragment="").geturl()


def _claim(call: Call, code: str) -> ClaimView:
    if call.entrance.people.are_claimed:
        raise refused(HTTPStatus.CONFLICT, "claimed", said("door.nothing_to_claim"))
    return ClaimView(code, page_of(call.visit.base, "claim", code))


PEOPLE_ROUTES: tuple[Route, ...] = (
    people,
    add_person,
    remove_person,
    set_password,
    make_link,
    claim_code,
    renew_claim,
    settings,
    change_settings,
)
