"""Behind a proxy, below a prefix and under its name, people are let in as they are without (E5)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web

from tests.adapters.api.conftest import Browse, Browser, Served

PREFIX = "/app/drrouter"
ON = {"mode": "on", "minutes": 5}

Proxied = Callable[[Served], Awaitable[str]]


@pytest.fixture
async def proxied() -> AsyncIterator[Proxied]:
    """Puts a proxy before the API, which asks under the API's own address, as that of Home Assistant does."""
    async with AsyncExitStack() as stack:

        async def start(served: Served) -> str:
            session = await stack.enter_async_context(
                aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
            )

            async def forward(request: web.Request) -> web.Response:
                headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
                headers |= {"X-Forwarded-Host": request.host, "X-Forwarded-Proto": "http"}
                url = f"{served.api.url}/{request.match_info['rest']}"
                async with session.request(
                    request.method, url, headers=headers, data=await request.read()
                ) as answer:
                    kept = {name: value for name, value in answer.headers.items() if name in ("Set-Cookie",)}
                    body, media = await answer.read(), answer.content_type
                    return web.Response(status=answer.status, body=body, content_type=media, headers=kept)

            app = web.Application()
            app.router.add_route("*", PREFIX + "/{rest:.*}", forward)
            runner = web.AppRunner(app)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            return f"http://127.0.0.1:{runner.addresses[0][1]}{PREFIX}"

        yield start


async def test_below_a_prefix_people_sign_in_act_and_sign_out(
    served: Served, browse: Browse, proxied: Proxied
) -> None:
    page = await browse(served)
    page.url = await proxied(served)
    await page.claim(served)
    assert page.cookie["path"] == f"{PREFIX}/api/v1"
    assert (await page.ask("POST", "/devices/washer/override", json=ON))[0] == 200
    async with page.session.get(f"{page.url}/") as answer:
        assert answer.status == 200
        assert "cookie" not in {name.lower() for name in answer.request_info.headers}, "not for pages"
    assert (await page.ask("DELETE", "/session"))[0] == 204
    assert list(page.session.cookie_jar) == []


async def test_a_link_that_was_made_below_a_prefix_leads_there(
    served: Served, browse: Browse, proxied: Proxied
) -> None:
    desk, phone = await browse(served), await browse(served)
    desk.url = phone.url = await proxied(served)
    await desk.claim(served)
    _, link = await desk.ask("POST", "/links", json={"base": f"{desk.url}/#settings"})
    assert link["url"].startswith(f"{desk.url}/#link=")
    secret = urlsplit(link["url"]).fragment.removeprefix("link=")
    assert (await phone.ask("POST", "/session", json={"link": secret}))[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example", "X-Forwarded-Host": "evil.example"},
        {"Origin": "http://evil.example", "X-Forwarded-Host": "127.0.0.1"},
        {"Origin": "http://127.0.0.1:1", "X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Prefix": "/..//evil", "Origin": "http://evil.example"},
    ],
)
async def test_what_a_proxy_says_opens_no_door_to_a_foreign_page(
    served: Served, browse: Browse, headers: dict[str, str]
) -> None:
    page: Browser = await browse(served)
    await page.claim(served)
    assert (await page.ask("POST", "/devices/washer/override", headers=headers, json=ON))[0] == 403
    assert served.router.overrides == {}
