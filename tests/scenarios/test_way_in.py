"""A newcomer claims a router in a process of its own, and stays signed in over its restart (S3)."""

import asyncio
import re
import ssl
from pathlib import Path

import aiohttp
import pytest

from drrouter.adapters.client import DrClient
from drrouter.adapters.clock.system import SystemClock
from drrouter.adapters.own_authority import issue
from drrouter.adapters.profile import read_token
from drrouter.errors import DaemonUnreachableError, DocumentError
from drrouter.sim.home_process import free_port
from tests.children import Child, Children
from tests.home_files import HOME

PASSWORD = "horse battery"
PATIENCE_S = 10.0


async def _claim(url: str, router: Child, page: aiohttp.ClientSession) -> None:
    """As the terminal says."""
    text = await asyncio.to_thread(router.log.read_text)
    (code,) = re.findall(rf"Open {re.escape(url)}/#claim=(\S+)", text)
    body = {"code": code, "name": "Anna", "password": PASSWORD}
    async with page.post(f"{url}/api/v1/claim", json=body, headers={"Origin": url}) as answer:
        assert answer.status == 200, await answer.text()


async def test_over_tls_a_phone_that_trusts_the_homes_own_authority_is_let_in(tmp_path: Path) -> None:
    files = await asyncio.to_thread(issue, tmp_path / "tls", ("router.local",), SystemClock().now())
    api = '[api]\nport = 0\ncert_file = "tls/router.pem"\nkey_file = "tls/router-key.pem"'
    home = HOME.format(budget_s=1.0, port=free_port()).replace("[api]\nport = 0", api)
    context = ssl.create_default_context(cafile=str(files.authority))
    connector = aiohttp.TCPConnector(ssl=context)
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        Children(tmp_path) as children,
        aiohttp.ClientSession(cookie_jar=jar, connector=connector) as page,
    ):
        router = await children.router(home)
        ready = await router.ready()
        url = ready["url"]
        assert url.startswith("https://")
        await _claim(url, router, page)
        (cookie,) = jar
        assert cookie["secure"] is True
        async with page.get(f"{url}/") as answer:
            assert answer.status == 200
            assert "Strict-Transport-Security" not in answer.headers, (
                "it would bind the host's other ports too"
            )
        token = read_token(tmp_path / ready["token_file"])
        async with DrClient(url, token, ca_file=files.authority) as client:
            assert [person.name for person in await client.people()] == ["Anna"]
        async with DrClient(url, token) as stranger:
            with pytest.raises(DaemonUnreachableError, match="is not trusted here"):
                await stranger.people()
        with pytest.raises(DocumentError, match="holds no certificate to trust"):
            async with DrClient(url, token, ca_file=tmp_path / "home.toml"):
                pass


async def test_a_newcomer_claims_a_router_and_stays_signed_in_over_its_restart(tmp_path: Path) -> None:
    api = f"[api]\nport = {free_port()}"
    home = HOME.format(budget_s=1.0, port=free_port()).replace("[api]\nport = 0", api)
    jar = aiohttp.CookieJar(unsafe=True)
    async with Children(tmp_path) as children, aiohttp.ClientSession(cookie_jar=jar) as page:
        router = await children.router(home)
        url = (await router.ready())["url"]
        await _claim(url, router, page)
        stream = await page.get(f"{url}/api/v1/stream")
        assert stream.status == 200
        assert await stream.content.readline()
        async with asyncio.timeout(PATIENCE_S):
            assert await router.end() == 0, "though somebody listens"
        stream.close()
        router = await children.router(home)
        ready = await router.ready()
        async with page.get(f"{url}/api/v1/session") as answer:
            assert (await answer.json())["name"] == "Anna"
        token = read_token(tmp_path / ready["token_file"])
        async with DrClient(url, token) as client:
            assert [person.name for person in await client.people()] == ["Anna"]
        assert (await asyncio.to_thread(router.log.read_text)).count("has no owner yet") == 1
