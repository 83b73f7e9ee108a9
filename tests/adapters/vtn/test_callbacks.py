"""Whom the VTN calls back: who echoes its challenge, over verified TLS, and this machine never by mistake."""

import asyncio
import socket
import ssl
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trustme
from yarl import URL

from drrouter.adapters.vtn.callbacks import check_url
from drrouter.adapters.vtn.refusal import Refusal
from drrouter.errors import DocumentError
from tests.adapters.vtn.world import BL, HOME, Client, Webhook, listening, running


def _operations(url: str, **fields: Any) -> dict[str, Any]:
    operation = {"objects": ["EVENT"], "operations": ["CREATE"], "callbackUrl": url, **fields}
    return {"clientName": "c", "objectOperations": [operation]}


async def test_a_callback_must_echo_the_challenge_before_anything_is_kept(home: Client) -> None:
    async with listening(Webhook(echoes=False)) as hook:
        answer = await home.ask("POST", "/subscriptions", _operations(hook.url))
        assert (answer.status, "echo" in answer.body["detail"]) == (400, True)
    gone = await home.ask("POST", "/subscriptions", _operations(hook.url))
    assert (gone.status, "does not answer the challenge" in gone.body["detail"]) == (400, True)
    assert await home.all("/subscriptions") == []


async def test_the_challenge_may_be_echoed_as_json(home: Client) -> None:
    class Quoting(Webhook):
        async def answer(self, request: Any) -> Any:
            return aiohttp.web.json_response(request.query["echo"])

    async with listening(Quoting()) as hook:
        assert (await home.ask("POST", "/subscriptions", _operations(hook.url))).status == 201


async def test_a_known_callback_is_not_challenged_again(home: Client, hook: Webhook) -> None:
    subscription = await home.subscribe(hook, "EVENT")
    path = f"/subscriptions/{subscription['id']}"
    await home.ask("PUT", path, {**subscription, "clientName": "d"})
    assert hook.challenges == 1
    moved = {**subscription["objectOperations"][0], "callbackUrl": hook.url + "?room=2"}
    answer = await home.ask("PUT", path, {**subscription, "objectOperations": [moved, moved]})
    assert (answer.status, hook.challenges) == (200, 2)


async def test_an_old_subscriber_may_be_spared_the_challenge() -> None:
    async with running(challenge_callbacks=False) as vtn, listening(Webhook(echoes=False)) as hook:
        bl, home = await vtn.client(BL), await vtn.client(HOME)
        await home.subscribe(hook)
        await bl.event(await bl.program())
        assert (await hook.next())["operation"] == "CREATE"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://vtn.example/x",
        "http://vtn.example/x",
        "http://192.168.1.7/x",
        "https:///x",
        "https://user:word@ven.example/x",
        "https://ven.example/x#part",
        "https://0.0.0.0/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[fe80::1]/x",
        "https://224.0.0.1/x",
        "https://[::ffff:169.254.1.1]/x",
        "https://ven.example:99999/x",
        "https://[/x",
        "not a url",
    ],
)
@pytest.mark.parametrize("this_machine", [True, False])
def test_a_callback_that_leads_where_it_must_not_is_refused(url: str, this_machine: bool) -> None:
    with pytest.raises(Refusal, match="callbackUrl"):
        check_url(url, this_machine)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "http://localhost:80/x",
        "http://[::1]/x",
        "https://127.0.0.1/x",
        "https://a.localhost/x",
    ],
)
def test_this_machine_is_called_only_where_that_is_allowed(url: str) -> None:
    assert check_url(url, this_machine=True) == URL(url)
    with pytest.raises(Refusal):
        check_url(url, this_machine=False)


@pytest.mark.parametrize(
    "url", ["https://ven.example:8443/a?b=c", "https://192.168.1.7/x", "https://[fd00::7]/x"]
)
def test_https_to_the_world_and_to_the_home_is_allowed(url: str) -> None:
    assert check_url(url, this_machine=False) == URL(url)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "169.254.169.254"])
async def test_a_name_that_leads_to_this_machine_is_not_called(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    place = (address, 443, 0, 0) if family is socket.AF_INET6 else (address, 443)
    found = [(family, socket.SOCK_STREAM, 6, "", place)]

    async def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        return found

    async with running(callbacks_on_this_machine=False) as vtn:
        home = await vtn.client(HOME)
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
        for url in ("https://ven.example/x", "https://2130706433/x"):
            answer = await vtn.stranger(home.token).ask("POST", "/subscriptions", _operations(url))
            assert (answer.status, "does not answer" in answer.body["detail"]) == (400, True)


async def test_a_redirect_is_not_followed(home: Client, bl: Client) -> None:
    asked: list[str] = []

    class Redirecting(Webhook):
        async def answer(self, request: Any) -> Any:
            asked.append(request.path)
            raise aiohttp.web.HTTPFound("/elsewhere")

    async with listening(Redirecting()) as hook:
        answer = await home.ask("POST", "/subscriptions", _operations(hook.url))
        assert answer.status == 400
    assert asked == ["/notices"]


def _tls(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.mark.parametrize("fault", ["none", "wrong authority", "wrong name"])
async def test_a_callback_over_https_is_verified(tmp_path: Path, fault: str) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    tls = _tls(
        stranger if fault == "wrong authority" else authority,
        "elsewhere.example" if fault == "wrong name" else "localhost",
    )
    async with running(callback_ca=file) as vtn, listening(tls=tls) as hook:
        bl, home = await vtn.client(BL), await vtn.client(HOME)
        answer = await home.ask("POST", "/subscriptions", _operations(hook.url))
        if fault == "none":
            assert answer.status == 201
            await bl.event(await bl.program())
            assert (await hook.next())["operation"] == "CREATE"
        else:
            assert (answer.status, "Certificate" in answer.body["detail"]) == (400, True)


async def test_a_missing_authority_file_is_named_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="callback_ca: cannot be used"):
        async with running(callback_ca=tmp_path / "none.pem"):
            pass
