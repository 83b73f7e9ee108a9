"""A certificate authority of the home's own, and the router's certificate by it, for browsers at home.

    files = issue(Path("tls"), ("router.local", "192.168.1.20"), now)

A phone that trusts ``ca.pem`` trusts the router's page. The authority may vouch for nothing but private
addresses, ``.local``, ``.home.arpa`` and the names that it was made with, so that trusting it opens no other
door.
Source: RFC 5280, 4.2.1.10 (name constraints).
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from drrouter.errors import DocumentError

AUTHORITY_LIFE = timedelta(days=3650)
LEAF_LIFE = timedelta(days=820)
"""Apple's systems take no certificate of a private authority that lives for more than 825 days."""

SOON = timedelta(days=60)
_HERE = ("localhost", "127.0.0.1", "::1")
_DOMAINS = ("localhost", "local", "home.arpa")
_NETS = (
    *(ip_network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8")),
    *(ip_network(net) for net in ("fc00::/7", "fe80::/10", "::1/128")),
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
"""Source: RFC 1123, 2.1. An empty name, as a constraint, would let the authority vouch for every name."""

_LONGEST_HOST = 253
_SKEW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """What lies in the folder: the authority, the router's certificate with it, and their private keys."""

    authority: Path
    authority_key: Path
    certificate: Path
    key: Path

    @classmethod
    def of(cls, folder: Path) -> "TlsFiles":
        """Under these names."""
        names = ("ca.pem", "ca-key.pem", "router.pem", "router-key.pem")
        return cls(*(folder / name for name in names))


def issue(folder: Path, names: Sequence[str], now: datetime) -> TlsFiles:
    """A new certificate of the router for these host names and addresses, and for this machine itself.

    The authority is made the first time, and used again ever after.

    Raises:
        DocumentError: a name is none of a home, the authority is too old or vouches for other names, or the
            files cannot be read or written.
    """
    files, known = TlsFiles.of(folder), [_name(name) for name in dict.fromkeys((*_HERE, *names))]
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not files.authority.exists():
            _make_authority(files, known, now)
        authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
        signer = serialization.load_pem_private_key(files.authority_key.read_bytes(), password=None)
        if not isinstance(signer, ec.EllipticCurvePrivateKey):
            raise ValueError("its key is of another kind")
        _check_authority(authority, known, now, files.authority)
        _make_leaf(files, authority, signer, known, now)
    except (OSError, ValueError, TypeError) as error:
        raise DocumentError(str(folder), "", f"no certificate can be made: {error}") from error
    return files


def ends_at(certificate: Path) -> datetime:
    """When the first certificate of the file ends.

    Raises:
        DocumentError: it cannot be read.
    """
    try:
        return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        raise DocumentError(str(certificate), "", f"the certificate cannot be read: {error}") from error


def _name(name: str) -> x509.DNSName | x509.IPAddress:
    """A host name or an address of a home.

    Raises:
        DocumentError: the address is public, the name is a whole top-level domain, or it is neither.
    """
    try:
        address = ip_address(name)
    except ValueError:
        if not _HOST.fullmatch(name.lower()) or len(name) > _LONGEST_HOST:
            remedy = "Write it in plain letters"
            raise DocumentError("the names", name, "is no host name", remedy) from None
        if "." not in name and name not in _HERE:
            problem = "is a single word, so the authority could vouch for every name that ends in it"
            raise DocumentError(
                "the names", name, problem, f"Write {name.lower()}.local or the like"
            ) from None
        return x509.DNSName(name.lower())
    if not _is_private(address):
        raise DocumentError("the names", name, "is a public address", "Name one of your home")
    return x509.IPAddress(address)


def _is_private(address: IPv4Address | IPv6Address) -> bool:
    return any(address in net for net in _NETS if net.version == address.version)


def _make_authority(files: TlsFiles, known: Sequence[x509.GeneralName], now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    title = _title(f"drrouter of this home, {now:%Y-%m-%d %H:%M}")
    domains = [one for one in known if isinstance(one, x509.DNSName) and not _is_under(one.value, _DOMAINS)]
    permitted: list[x509.GeneralName] = [*map(x509.DNSName, _DOMAINS), *domains, *map(x509.IPAddress, _NETS)]
    made = (
        _builder(title, title, key.public_key(), now, AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(files.authority_key, _pem(key), private=True)
    _write(files.authority, made.public_bytes(serialization.Encoding.PEM))


def _check_authority(
    authority: x509.Certificate, known: Sequence[x509.GeneralName], now: datetime, where: Path
) -> None:
    remedy = f"Move {where.parent} away, make it anew, and let phones trust the new ca.pem"
    if now + LEAF_LIFE > authority.not_valid_after_utc:
        raise DocumentError(str(where), "", "the authority is too old", remedy)
    permitted = (
        authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    )
    domains = tuple(one.value for one in permitted if isinstance(one, x509.DNSName))
    for one in known:
        if isinstance(one, x509.DNSName) and not _is_under(one.value, domains):
            raise DocumentError(str(where), one.value, "is no name that this authority vouches for", remedy)


def _is_under(name: str, domains: Sequence[str]) -> bool:
    return any(name == domain or name.endswith(f".{domain}") for domain in domains)


def _make_leaf(
    files: TlsFiles,
    authority: x509.Certificate,
    signer: ec.EllipticCurvePrivateKey,
    known: Sequence[x509.GeneralName],
    now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    title = _title("drrouter")
    made = (
        _builder(title, authority.subject, key.public_key(), now, LEAF_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(known), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )
    chain = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (made, authority))
    _write(files.key, _pem(key), private=True)
    _write(files.certificate, chain)


def _title(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + life)
    )


def _usage(signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, private: bool = False) -> None:
    """Whole or not at all; a private file for its owner alone."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    draft.replace(path)
