"""Whom the link to a provider trusts: the one place where its TLS is set up and its refusals get their words.

A provider is verified, unless its table in the home file says that it is not and why; then whoever answers
is believed, but only inside the home. Plain http reaches this machine only (facts: obligation 4; OpenADR 3.1,
Definition, "HTTPS/TLS").
"""

import ipaddress
import ssl
from pathlib import Path

from yarl import URL

from drrouter.adapters.this_machine import is_loopback
from drrouter.domain.ids import ProviderId
from drrouter.errors import ProviderUntrustedError

_EXPIRED, _NOT_YET_VALID = 10, 9
_WRONG_NAME = (62, 64)
_OF_HOMES = "127.0.0.0/8 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 ::1/128 fc00::/7 fe80::/10"
_HOME_NETWORKS = tuple(ipaddress.ip_network(network) for network in _OF_HOMES.split())
_HOME_NAMES = (".local", ".home.arpa", ".internal")
_HINT_EXPIRED = "Ask the provider to renew it, and check this machine's date"


def client_context(provider: ProviderId, ca_file: Path | None, unverified: bool = False) -> ssl.SSLContext:
    """TLS 1.2 or newer, verified against ``ca_file`` alone, or against the system's authorities.

    Args:
        provider: for sentences.
        ca_file: the authority; None: the system's.
        unverified: whether the owner wrote that nothing is verified; see ``config.trust``.

    Raises:
        ProviderUntrustedError: the file cannot be read or holds no certificate.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ProviderUntrustedError(
            f"The file {ca_file}, named as ca_file of provider {provider}, cannot be used: {error}. "
            "It must hold the PEM certificate of the authority that vouches for the provider."
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if unverified:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def safe_url(provider: ProviderId, address: str, key: str = "url", unverified: bool = False) -> URL:
    """The address, as long as what is sent there stays secret.

    Raises:
        ProviderUntrustedError: it is no https address, nor http on this machine; or nothing is verified,
            and it is none of the home.
    """
    try:
        url = URL(address)
    except ValueError:
        url = URL()
    if unverified:
        require_home(provider, url.host or "", key)
    if url.host and (url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host))):
        return url
    raise ProviderUntrustedError(
        f"Provider {provider} is not used: its {key} {address!r} is not an https address. "
        "Plain http is allowed to this machine only."
    )


def require_home(provider: ProviderId, host: str, key: str = "url") -> None:
    """Let what is not verified stay in the home.

    Raises:
        ProviderUntrustedError: the host is elsewhere.
    """
    if not is_at_home(host):
        raise ProviderUntrustedError(
            f"Provider {provider} is not used: its {key} leads to {host[:100]!r}, and beyond the home nobody "
            'is believed unverified. Take tls = "unverified" out; set ca_file where the authority is its own.'
        )


def joined(base: URL, address: str) -> URL | None:
    """Where an address that a server names leads to, None where it is none."""
    try:
        return base.join(URL(address)) if address else None
    except ValueError:
        return None


def explain(provider: ProviderId, host: str, error: BaseException) -> ProviderUntrustedError:
    """What a failed TLS handshake means, and what to do about it."""
    code = getattr(error, "verify_code", None)
    if code == _EXPIRED:
        said = f"The certificate of {host} has expired. {_HINT_EXPIRED}"
    elif code == _NOT_YET_VALID:
        said = f"The certificate of {host} is not valid yet. {_HINT_EXPIRED}"
    elif code in _WRONG_NAME:
        said = f"The certificate presented by {host} was issued for another name. Check the provider's url"
    elif isinstance(error, ssl.SSLCertVerificationError):
        said = (
            f"The certificate of {host} was issued by an authority that is not trusted for this provider. "
            "If it is genuine, set ca_file to the authority's certificate"
        )
    else:
        said = f"{host} does not speak TLS 1.2 or newer ({type(error).__name__}). Check the provider's url"
    return ProviderUntrustedError(f"Provider {provider} is not trusted: {said}.")


def is_at_home(host: str) -> bool:
    """Whether a host is of this machine or the home network, by its number or by a name that only homes use.

    >>> is_at_home("192.168.1.4"), is_at_home("vtn.local"), is_at_home("vtn.example"), is_at_home("8.8.8.8")
    (True, True, False, False)
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.rstrip(".").lower().endswith(_HOME_NAMES)
    return any(address in network for network in _HOME_NETWORKS)
