"""The home's own authority vouches for the router at home, for nothing else, and goes on doing so (58)."""

import asyncio
import ssl
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from drrouter.adapters.clock.system import SystemClock
from drrouter.adapters.own_authority import LEAF_LIFE, TlsFiles, ends_at, issue
from drrouter.adapters.server_tls import server_context
from drrouter.errors import DocumentError
from drrouter.sim.wire.listener import Listener

NOW = SystemClock().now()
NAMES = ("router.local", "Router.home.arpa", "192.168.1.20", "fd00::5")


@asynccontextmanager
async def serving(certificate: Path, key: Path) -> AsyncIterator[int]:
    """Something that speaks TLS with these; its port."""

    async def say_nothing(*_: object) -> None: ...

    async with Listener(say_nothing, tls=server_context(certificate, key)) as server:
        yield server.port


async def trusted_as(port: int, name: str, authority: Path) -> bool:
    """Whether a strict client that trusts the authority takes the server for that name."""
    context = ssl.create_default_context(cafile=str(authority))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=name)
    except ssl.SSLCertVerificationError:
        return False
    writer.close()
    return True


async def test_who_trusts_the_authority_trusts_the_router_by_every_name_of_its_own(tmp_path: Path) -> None:
    files = await asyncio.to_thread(issue, tmp_path / "tls", NAMES, NOW)
    async with serving(files.certificate, files.key) as port:
        for name in (*NAMES, "localhost", "127.0.0.1", "::1"):
            assert await trusted_as(port, name, files.authority), name
        for name in ("other.local", "192.168.1.21", "example.com"):
            assert not await trusted_as(port, name, files.authority), name


def test_private_keys_are_private_and_the_lives_are_bounded(tmp_path: Path) -> None:
    files = issue(tmp_path / "tls", NAMES, NOW)
    for key in (files.key, files.authority_key):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert ends_at(files.certificate) - NOW <= LEAF_LIFE
    assert not list((tmp_path / "tls").glob("*.draft"))


async def test_a_new_certificate_is_of_the_same_authority(tmp_path: Path) -> None:
    first = issue(tmp_path, NAMES, NOW)
    authority, certificate = first.authority.read_bytes(), first.certificate.read_bytes()
    again = issue(tmp_path, ("other.local",), NOW)
    assert again.authority.read_bytes() == authority
    assert again.certificate.read_bytes() != certificate
    async with serving(again.certificate, again.key) as port:
        assert await trusted_as(port, "other.local", again.authority)


async def test_whoever_steals_the_authority_can_vouch_for_no_bank(tmp_path: Path) -> None:
    files = issue(tmp_path, ("router.example",), NOW)
    signer = serialization.load_pem_private_key(files.authority_key.read_bytes(), None)
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    leaf = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    assert isinstance(signer, ec.EllipticCurvePrivateKey)

    def forged(names: list[x509.GeneralName]) -> None:
        """The same certificate for other names."""
        life = (leaf.not_valid_before_utc, leaf.not_valid_after_utc)
        builder = x509.CertificateBuilder(leaf.issuer, leaf.subject, leaf.public_key(), 5, *life)
        for extension in leaf.extensions:
            is_names = isinstance(extension.value, x509.SubjectAlternativeName)
            value = x509.SubjectAlternativeName(names) if is_names else extension.value
            builder = builder.add_extension(value, extension.critical)
        made = builder.sign(signer, hashes.SHA256())
        chain = [one.public_bytes(serialization.Encoding.PEM) for one in (made, authority)]
        files.certificate.write_bytes(b"".join(chain))

    for name, trusted in (("bank.example", False), ("router.example", True)):
        forged([x509.DNSName(name)])
        async with serving(files.certificate, files.key) as port:
            assert await trusted_as(port, name, files.authority) == trusted, name


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("8.8.8.8", "public address"),
        *((name, "no host name") for name in ("rüter", "", ".", "router.local.", "my router", "a\n", "-a")),
        ("a" * 64, "no host name"),
        (".".join(["a" * 60] * 5), "no host name"),
        *(
            (name, r"single word, .* Write .*\.local or the like")
            for name in ("com", "Router", "local", "arpa")
        ),
    ],
)
def test_a_name_that_is_none_of_a_home_is_refused(tmp_path: Path, name: str, problem: str) -> None:
    with pytest.raises(DocumentError, match=problem):
        issue(tmp_path, (name,), NOW)


def test_an_authority_that_is_too_old_or_knows_other_names_is_made_anew_by_the_owner(tmp_path: Path) -> None:
    issue(tmp_path, NAMES, NOW)
    with pytest.raises(DocumentError, match=r"vouches for.*Move .* away"):
        issue(tmp_path, ("router.example",), NOW)
    with pytest.raises(DocumentError, match="too old"):
        issue(tmp_path, NAMES, NOW + timedelta(days=3000))


def _no_pem(path: Path) -> None:
    path.write_text("nonsense")


def _another_key(path: Path) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*plain))


@pytest.mark.parametrize(
    ("damage", "file"), [(_no_pem, "ca.pem"), (_no_pem, "ca-key.pem"), (_another_key, "ca-key.pem")]
)
def test_damaged_files_are_a_sentence(tmp_path: Path, damage: Callable[[Path], None], file: str) -> None:
    files = issue(tmp_path, NAMES, NOW)
    damage(tmp_path / file)
    with pytest.raises(DocumentError, match="no certificate can be made"):
        issue(tmp_path, NAMES, NOW)
    assert ends_at(files.certificate) > NOW, "what was made is still there"


def test_a_file_that_is_no_certificate_has_no_end(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be read"):
        ends_at(TlsFiles.of(tmp_path).certificate)


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "tls").touch()
    with pytest.raises(DocumentError, match="no certificate can be made"):
        issue(tmp_path / "tls", NAMES, NOW)
