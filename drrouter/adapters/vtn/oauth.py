"""Where tokens are given out, and how: OAuth 2 client credentials.

Source: RFC 6749, 2.3.1, 4.4 and 5; OpenADR 3.1.0, Definition, "OAuth 2.0 client credential flow" and "Token
endpoint discovery".
"""

import base64
import binascii
import math
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

from aiohttp import web

from drrouter.adapters.vtn.call import Call
from drrouter.adapters.vtn.collection import answer
from drrouter.adapters.vtn.config import Caller, Scope
from drrouter.adapters.vtn.refusal import Refusal

_LONGEST_FORM = 16_384
_LONGEST_FIELD = 4096


@dataclass(frozen=True, slots=True)
class _Credentials:
    client_id: str
    secrets: tuple[str, ...]


async def auth_server(call: Call) -> web.Response:
    """GET /auth/server: the URL of the token endpoint."""
    config = call.vtn.config
    base = (
        config.public_url.rstrip("/")
        if config.public_url
        else f"{call.request.url.origin()}{config.base_path}"
    )
    return answer(200, {"tokenURL": f"{base}/auth/token"})


async def auth_token(call: Call) -> web.Response:
    """POST /auth/token: a token for a client's id and secret, in the form or as HTTP Basic."""
    form = await _form(call)
    if form.get("grant_type") != "client_credentials":
        raise _error("unsupported_grant_type", "grant_type must be client_credentials.")
    caller = await _authenticated(call, _credentials(call, form))
    scopes = _scopes(caller, form.get("scope", ""))
    token = call.vtn.tokens.issue(caller, scopes)
    return answer(
        200,
        {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": call.vtn.tokens.life_s,
            "scope": " ".join(sorted(scopes)),
        },
    )


async def _form(call: Call) -> Mapping[str, str]:
    """The fields of the form, each once."""
    raw = await call.raw()
    try:
        if len(raw) > _LONGEST_FORM:
            raise _error("invalid_request", "The form is too long.")
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, max_num_fields=32, errors="strict")
    except ValueError as error:
        raise _error("invalid_request", "Send a form: application/x-www-form-urlencoded.") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise _error("invalid_request", "A field stands twice.")
    if any(len(value) > _LONGEST_FIELD for value in form.values()):
        raise _error("invalid_request", "A field is too long.")
    return form


def _credentials(call: Call, form: Mapping[str, str]) -> _Credentials:
    """Id and secret from the header, else from the form.

    Interpretation: the header's parts are form-encoded, as RFC 6749 says; since many clients do not encode
    them, the secret is tried as it came, too.
    """
    header = call.request.headers.get("Authorization", "")
    scheme, _, coded = header.partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, colon, secret = base64.b64decode(coded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise _error("invalid_request", "The Authorization header is no HTTP Basic.") from error
        if colon:
            return _Credentials(unquote_plus(client_id), tuple(dict.fromkeys((unquote_plus(secret), secret))))
    if not form.get("client_id") or not form.get("client_secret"):
        raise _error("invalid_request", "client_id and client_secret are missing.")
    return _Credentials(form["client_id"], (form["client_secret"],))


async def _authenticated(call: Call, given: _Credentials) -> Caller:
    """The client whose credentials these are."""
    who = (call.request.remote, given.client_id)
    if (wait := call.vtn.wrong_tries.wait_s(who)) > 0:
        later = {"Retry-After": str(math.ceil(wait))}
        raise Refusal(429, "Too many wrong secrets. Try again later.", later, error="invalid_client")
    for secret in given.secrets:
        caller = await call.vtn.clients.authenticate(given.client_id, secret)
        if caller is not None:
            call.vtn.wrong_tries.right(who)
            return caller
    call.vtn.wrong_tries.wrong(who)
    basic = {"WWW-Authenticate": 'Basic realm="VTN"'}
    raise Refusal(401, "The client is unknown or its secret is wrong.", basic, error="invalid_client")


def _scopes(caller: Caller, asked: str) -> frozenset[Scope]:
    """Those asked for that the client's role has; all of the role's where there are none such.

    Interpretation: RFC 6749, 3.3 lets a server pass over what was asked for, if it says what it gave. VENs in
    the field ask for ``read_all``, which 3.1 took from them; they get what VENs get.
    """
    wanted = asked.split()
    return frozenset(scope for scope in caller.scopes if scope in wanted) or caller.scopes


def _error(code: str, description: str) -> Refusal:
    """RFC 6749, 5.2: the token endpoint has error bodies of its own."""
    return Refusal(400, description, error=code, error_description=description)
