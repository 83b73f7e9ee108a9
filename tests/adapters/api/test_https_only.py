"""Browsers are bound to TLS only where the home file wants it, since that binds every port of the host."""

import ssl

import pytest
import trustme

from tests.adapters.api.conftest import Serve

ALWAYS = "Strict-Transport-Security"


@pytest.mark.parametrize("https_only", [True, False])
async def test_a_browser_is_bound_to_tls_where_the_owner_wants_it(serve: Serve, https_only: bool) -> None:
    authority, ours = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(ours)
    theirs = ssl.create_default_context()
    authority.configure_trust(theirs)
    served = await serve(tls=ours, https_only=https_only)
    for path, status in (("/api/v1/status", 401), ("/nowhere", 404)):
        async with served.session.get(served.api.url + path, ssl=theirs) as answer:
            assert (answer.status, ALWAYS in answer.headers) == (status, https_only)
            assert answer.headers.get(ALWAYS, "max-age=15552000") == "max-age=15552000"


async def test_in_plain_text_nobody_is_bound_to_tls(serve: Serve) -> None:
    served = await serve(https_only=True)
    async with served.session.get(f"{served.api.url}/api/v1/status") as answer:
        assert ALWAYS not in answer.headers
