"""The VTN as a program: its address, its certificate, connections that say nothing, and its end."""

import asyncio
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
import trustme

from drrouter.adapters.clock import SimulatedClock, SystemClock
from drrouter.adapters.server_tls import server_context
from drrouter.adapters.vtn import VtnConfig, VtnOptions, read_options, run_vtn, serve, server
from drrouter.adapters.vtn.options import read_clients
from drrouter.errors import DocumentError, InputError
from tests.adapters.vtn.world import CLIENTS, NOW, Client

CLIENTS_TOML = """
[[client]]
id = "operator"
secret = "operator-secret"
role = "bl"

[[client]]
id = "home"
secret_hash = "scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
role = "ven"
ven_name = "home-1"
targets = ["north"]
"""


@asynccontextmanager
async def _serving(**how: object) -> AsyncIterator[int]:
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    config = VtnConfig(clients=CLIENTS)
    task = asyncio.create_task(serve(config, SystemClock(), ready=port.set_result, **how))  # type: ignore[arg-type]
    await asyncio.wait((task, port), return_when=asyncio.FIRST_COMPLETED)
    try:
        yield port.result() if port.done() else await _fail(task)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _fail(task: asyncio.Task[None]) -> int:
    await task
    raise AssertionError("the server ended by itself")


def _file(path: Path, text: str, mode: int = 0o600) -> Path:
    path.touch(mode=mode)
    path.chmod(mode)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "vtn.example", "::"])
async def test_plain_http_is_spoken_on_this_machine_only(host: str) -> None:
    with pytest.raises(InputError, match=r"plain http on .* would show all tokens"):
        await serve(VtnConfig(clients=CLIENTS), SystemClock(), host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_port_0_takes_a_free_port_and_tells_it(host: str) -> None:
    async with _serving(host=host) as port, aiohttp.ClientSession() as http:
        answer = await Client(f"http://127.0.0.1:{port}", http).ask("GET", "/auth/server")
        assert answer.body == {"tokenURL": f"http://127.0.0.1:{port}/auth/token"}


async def test_an_address_that_is_taken_is_named() -> None:
    async with _serving() as port:
        with pytest.raises(InputError, match=f"the VTN: 127.0.0.1:{port}: cannot listen there"):
            async with _serving(port=port):
                pass


async def test_over_tls_only_who_trusts_the_authority_gets_in(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", "127.0.0.1")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    for blob in issued.cert_chain_pems:
        blob.write_to_path(str(certificate), append=True)
    issued.private_key_pem.write_to_path(str(key))
    async with (
        _serving(ssl_context=server_context(certificate, key)) as port,
        aiohttp.ClientSession() as http,
    ):
        trusting = ssl.create_default_context()
        authority.configure_trust(trusting)
        url = f"https://localhost:{port}"
        async with http.get(f"{url}/auth/server", ssl=trusting) as answer:
            assert await answer.json() == {"tokenURL": f"{url}/auth/token"}
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await http.get(f"{url}/auth/server", ssl=ssl.create_default_context())
        old = ssl.create_default_context()
        authority.configure_trust(old)
        old.set_ciphers("DEFAULT@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(aiohttp.ClientConnectorError):
            await http.get(f"{url}/auth/server", ssl=old)
        with pytest.raises(aiohttp.ClientError):
            await http.get(f"http://127.0.0.1:{port}/auth/server")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("no certificate", r"cert\.pem: the certificate cannot be read"),
        ("no key", r"key\.pem: the private key cannot be read"),
        ("text", r"cert\.pem: holds no certificate"),
        ("another key", r"cert\.pem: does not fit to key\.pem"),
        ("half a certificate", r"cert\.pem: does not fit to key\.pem, or one of them is damaged"),
        ("password", r"key\.pem: the private key has a password"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_named_in_a_sentence(
    tmp_path: Path, change: str, sentence: str
) -> None:
    issued, other = trustme.CA().issue_cert("localhost"), trustme.CA().issue_cert("localhost")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
    secret = issued.private_key_pem.bytes()
    if change != "no certificate":
        damaged = {"text": b"hello", "half a certificate": chain[: len(chain) // 2]}
        certificate.write_bytes(damaged.get(change, chain))
    if change == "password":
        secret = ENCRYPTED_KEY.encode()
    if change != "no key":
        key.write_bytes(other.private_key_pem.bytes() if change == "another key" else secret)
    with pytest.raises(DocumentError, match=sentence):
        server_context(certificate, key)


async def _closed_after(port: int, *pieces: bytes) -> bytes:
    """Send these bytes and wait until the VTN closes the connection; returns what it said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_connections_that_do_not_finish_their_headers_are_closed() -> None:
    async with _serving(idle_s=0.2) as port:
        silent = [_closed_after(port) for _ in range(100)]
        slow = [_closed_after(port, b"GET /auth/server HTTP/1.1\r\n", b"Host: x\r\nX: ") for _ in range(100)]
        assert set(await asyncio.gather(*silent, *slow)) == {b""}
        complete = b"GET /auth/server HTTP/1.1\r\nHost: x\r\n\r\n"
        said = await _closed_after(port, complete, b"GET /auth/server HT")
        assert said.startswith(b"HTTP/1.1 200 OK")


async def test_connections_beyond_the_limit_are_closed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 2)
    async with _serving() as port:
        kept = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for _, writer in kept:
            writer.write(b"GET /auth/server HTTP/1.1\r\nHost: x\r\n\r\n")
        firsts = [await reader.readline() for reader, _ in kept]
        assert firsts == [b"HTTP/1.1 200 OK\r\n"] * 2
        assert await _closed_after(port) == b""
        for _, writer in kept:
            writer.close()
            await writer.wait_closed()
    assert "more than 2 connections" in caplog.text


async def test_malformed_requests_do_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with _serving() as port:
        for _ in range(30):
            assert b" 400 " in await _closed_after(port, b"GET\r\n\r\n")
    lines = [record for record in caplog.records if "http" in record.name]
    assert len(lines) <= 20
    assert all(record.exc_info is None for record in lines)


@asynccontextmanager
async def _process(options: Path) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    program = Path(__file__).with_name("vtn_process.py")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(program),
        str(options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            yield (await process.stdout.readline()).decode().strip(), process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def _client(url: str, http: aiohttp.ClientSession) -> Client:
    form = {"grant_type": "client_credentials", "client_id": "operator", "client_secret": "operator-secret"}
    async with http.post(f"{url}/auth/token", data=form) as answer:
        return Client(url, http, (await answer.json())["access_token"])


async def test_a_terminated_vtn_ends_cleanly_with_status_0(tmp_path: Path) -> None:
    options = _file(
        tmp_path / "vtn.toml", 'port = 0\nstate = "s.sqlite"\nbase_path = "/oadr"\n' + CLIENTS_TOML
    )
    async with _process(options) as (url, process), aiohttp.ClientSession() as http:
        assert url.endswith("/oadr")
        assert (await (await _client(url, http)).program("a"))["programName"] == "a"
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            _, stderr = await process.communicate()
        assert (process.returncode, stderr) == (0, b"")


async def test_what_was_answered_201_survives_a_kill(tmp_path: Path) -> None:
    options = _file(tmp_path / "vtn.toml", 'port = 0\nstate = "s.sqlite"\n' + CLIENTS_TOML)
    acknowledged: list[str] = []
    async with _process(options) as (url, process), aiohttp.ClientSession() as http:
        bl = await _client(url, http)
        program = await bl.program("a")

        async def write() -> None:
            with suppress(aiohttp.ClientError):
                while True:
                    acknowledged.append((await bl.event(program))["id"])
                    if len(acknowledged) == 40:
                        process.kill()

        await asyncio.gather(*(write() for _ in range(4)))
    async with _process(options) as (url, process), aiohttp.ClientSession() as http:
        bl = await _client(url, http)
        found = [event["id"] for skip in (0, 50) for event in await bl.all(f"/events?skip={skip}")]
        assert set(acknowledged) <= set(found)
        assert len(acknowledged) >= 40


def test_the_options_file_says_everything(tmp_path: Path) -> None:
    file = _file(
        tmp_path / "vtn.toml",
        """
        clients = "clients.toml"
        host = "192.168.1.7"
        port = 8443
        tls_cert = "tls/cert.pem"
        tls_key = "/etc/vtn/key.pem"
        state = "vtn.sqlite"
        token_life_s = 600
        base_path = "/openadr3/3.1.0"
        public_url = "https://vtn.example"
        callback_ca = "ca.pem"
        challenge_callbacks = false
        targets_must_be_asked = true
        """,
    )
    options = read_options(file)
    assert options.clients == tmp_path / "clients.toml"
    assert (options.tls_cert, options.tls_key) == (tmp_path / "tls/cert.pem", Path("/etc/vtn/key.pem"))
    assert (options.host, options.port, options.base_path) == ("192.168.1.7", 8443, "/openadr3/3.1.0")
    assert options.token_life.total_seconds() == 600


def test_the_clients_may_stand_in_the_options_file(tmp_path: Path) -> None:
    options = read_options(_file(tmp_path / "vtn.toml", CLIENTS_TOML))
    assert options == VtnOptions(tmp_path / "vtn.toml")
    operator, home = read_clients(options.clients)
    assert (operator.client_id, operator.secret, operator.role) == ("operator", "operator-secret", "bl")
    assert (home.ven_name, home.targets) == ("home-1", ("north",))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "client, clients: needs one of the two"),
        ('clients = "a"\n' + CLIENTS_TOML, "client, clients: needs one of the two"),
        ("porrt = 1\n" + CLIENTS_TOML, r"porrt: is not a key of this document\. Did you mean 'port'"),
        ("port = 70000\n" + CLIENTS_TOML, "port: .*less than or equal to 65535"),
        ('base_path = "no-slash"\n' + CLIENTS_TOML, "base_path: "),
        ("port = = 1", "is not valid TOML"),
        (None, "cannot be read"),
    ],
)
def test_an_options_file_that_cannot_be_used_is_refused_with_a_sentence(
    tmp_path: Path, text: str | None, sentence: str
) -> None:
    path = tmp_path / "vtn.toml"
    if text is not None:
        _file(path, text)
    with pytest.raises(DocumentError, match=rf"vtn\.toml: .*{sentence}"):
        read_options(path)


@pytest.mark.parametrize(
    ("text", "mode", "sentence"),
    [
        ("", 0o600, r"client: is missing\. Name at least one"),
        ('[[client]]\nid = "a"\nrole = "bl"', 0o600, r"client\[a\]: needs either"),
        (
            '[[client]]\nid = "a"\nrole = "bl"\nsecret = "s"',
            0o640,
            r"client\[a\]\.secret: stands in clear in a file that others can read\. .*chmod 600",
        ),
        (
            '[[client]]\nid = "a"\nrole = "bl"\nsecret_hash = "s"',
            0o644,
            r"client\[a\]\.secret_hash: is not a hashed secret\. Make one",
        ),
        (
            '[[client]]\nid = "a"\nrole = "bl"\nsecret_hash = "scrypt$s"',
            0o644,
            r"client\[a\]\.secret_hash: is not a hashed",
        ),
        ('[[client]]\nid = "a"\nrole = "boss"\nsecret = "s"', 0o600, r"role: .*'boss'"),
    ],
)
def test_a_clients_file_that_cannot_be_used_is_refused_with_a_sentence(
    tmp_path: Path, text: str, mode: int, sentence: str
) -> None:
    with pytest.raises(DocumentError, match=rf"clients\.toml: .*{sentence}"):
        read_clients(_file(tmp_path / "clients.toml", text, mode))


async def test_half_a_pair_of_tls_files_is_refused(tmp_path: Path) -> None:
    options = VtnOptions(_file(tmp_path / "vtn.toml", CLIENTS_TOML), tls_cert=tmp_path / "cert.pem")
    for each in (options, replace(options, tls_cert=None, tls_key=tmp_path / "key.pem")):
        with pytest.raises(InputError, match="one of them is missing"):
            await run_vtn(each, SimulatedClock(NOW))


async def test_the_url_that_is_told_has_the_scheme_and_address(tmp_path: Path) -> None:
    issued = trustme.CA().issue_cert("localhost")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    issued.cert_chain_pems[0].write_to_path(str(certificate))
    issued.private_key_pem.write_to_path(str(key))
    options = VtnOptions(
        _file(tmp_path / "vtn.toml", CLIENTS_TOML), port=0, tls_cert=certificate, tls_key=key, base_path="/x"
    )
    for host, start in {"127.0.0.1": "https://127.0.0.1:", **_ipv6()}.items():
        told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(run_vtn(replace(options, host=host), SystemClock(), told.set_result))
        url = await told
        assert url.startswith(start)
        assert url.endswith("/x")
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _ipv6() -> dict[str, str]:
    """The loopback address of IPv6, where this machine has one."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return {}
    return {"::1": "https://[::1]:"}


ENCRYPTED_KEY = """-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjHmUJJv/xuOgICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEF5yVNHkGGwsNxSljF0WklAEgZBl
ZIHBr2pf+nPm3asX7/BasU+d+b2FqxYDYzaWsLmuP73PIf/jT658qAUqfbmQBBdR
lX+pfNvVSWMpweNo77APeVjGczPcCENIeQbl1tX+wRdaT9LyvreNnTxVfXe7hPCS
fuk2VhG52BlEJqovr/G8LRzKxWx9mbEz37KqFMz9PeTgmv9dTdiBLaVRWwH0MYE=
-----END ENCRYPTED PRIVATE KEY-----
"""
