"""A test that leaves something open fails itself, and not the one in whose time it is found."""

import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFTEST = ROOT / "tests" / "conftest.py"

CAREFUL = """
    async def test_this_closes_what_it_opens():
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            await reader.read()
            writer.close()
"""
CARELESS = {
    "a listening socket": """
        OPEN.append(await asyncio.start_server(lambda *_: None, "127.0.0.1", 0))
    """,
    "one end of a connection": """
        ours, theirs = socket.socketpair()
        with theirs:
            OPEN.append(await asyncio.open_connection(sock=ours))
    """,
    "a datagram socket": """
        loop = asyncio.get_running_loop()
        OPEN.append(await loop.create_datagram_endpoint(asyncio.DatagramProtocol, ("127.0.0.1", 0)))
    """,
}


@pytest.mark.parametrize("code", CARELESS.values(), ids=CARELESS)
def test_what_a_test_leaves_open_is_its_own_error(code: str, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST.read_text(encoding="utf-8"))
    settings = (
        "asyncio_mode = auto",
        "asyncio_default_fixture_loop_scope = function",
        f"pythonpath = {ROOT}",
    )
    pytester.makeini("\n".join(("[pytest]", *settings)))
    careless = textwrap.indent(textwrap.dedent(code), "    ")
    head = "import asyncio, socket\nOPEN = []\n"
    pytester.makepyfile(f"{head}async def test_that_is_careless():{careless}{textwrap.dedent(CAREFUL)}")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*::test_that_is_careless left <* open, *opened here:", "*OPEN.append(*"])
