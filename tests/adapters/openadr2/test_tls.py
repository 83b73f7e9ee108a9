"""Mutual TLS and signatures with openleadr's VTN, over real bytes; numbers are the obligations of a VEN."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from openleadr import utils
from openleadr.service import VTNService

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.signal import LinkChanged
from tests.adapters.openadr2.peers import VEN, Vtn, links, listening, settings_for


class Safe(Vtn):
    """The VTN behind TLS that asks for certificates."""

    @property
    def url(self) -> str:
        return super().url.replace("http://127.0.0.1", "https://localhost")


def pem(certificate: trustme.LeafCert, folder: Path, name: str) -> dict[str, Path]:
    """Certificate and key of a party as files."""
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.cert_chain_pems[0].write_to_path(str(cert))
    certificate.private_key_pem.write_to_path(str(key))
    return {"cert_file": cert, "key_file": key}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """What the router has: its certificate, its key, and the authority that it trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    pem(authority.issue_cert("localhost"), tmp_path, "vtn")
    return {"ca_file": tmp_path / "ca.pem", **pem(authority.issue_cert("home"), tmp_path, "ven")}


@pytest.fixture
async def safe(files: dict[str, Path], tmp_path: Path) -> AsyncIterator[Vtn]:
    fingerprint = utils.certificate_fingerprint(files["cert_file"].read_text())

    def look_up(ven_id: str) -> dict[str, Any]:
        return {"ven_id": ven_id, "registration_id": "registration-1", "fingerprint": fingerprint}

    vtn = Safe(
        ven_lookup=look_up,
        http_cert=str(tmp_path / "vtn.pem"),
        http_key=str(tmp_path / "vtn.key"),
        http_ca_file=str(files["ca_file"]),
    )
    await vtn.start()
    yield vtn
    await vtn.stop()
    VTNService.verify_message_signatures = True  # openleadr keeps it at the class


async def test_the_router_shows_its_certificate_and_signs(
    safe: Vtn, files: dict[str, Path], clock: SimulatedClock
) -> None:
    """4, 36."""
    async with listening(settings_for(safe.url, sign=True, **files), clock) as (_, heard):
        assert links(heard) == [True]
        assert b"SignatureValue" in safe.raw[-1]
        assert safe.heard[1][1]["xml_signature"] is True
        safe.event("event-1")
        assert VEN in safe.book


async def test_messages_without_a_signature_are_the_standard_security(
    safe: Vtn, files: dict[str, Path], clock: SimulatedClock
) -> None:
    """4."""
    VTNService.verify_message_signatures = False
    async with listening(settings_for(safe.url, **files), clock) as (_, heard):
        assert links(heard) == [True]
        assert b"SignatureValue" not in safe.raw[-1]


async def test_a_router_without_its_certificate_is_turned_away(
    safe: Vtn, files: dict[str, Path], clock: SimulatedClock
) -> None:
    """4."""
    async with listening(settings_for(safe.url, ca_file=files["ca_file"]), clock) as (_, heard):
        assert links(heard) == [False]


async def test_a_vtn_of_an_unknown_authority_is_not_trusted(
    safe: Vtn, files: dict[str, Path], clock: SimulatedClock, tmp_path: Path
) -> None:
    """4."""
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    wrong = {**files, "ca_file": tmp_path / "other.pem"}
    async with listening(settings_for(safe.url, **wrong), clock) as (_, heard):
        (lost,) = heard
        assert isinstance(lost, LinkChanged)
        assert "authority that is not trusted" in lost.sentence
        assert safe.raw == []


async def test_a_vtn_of_the_home_may_be_believed_unverified(
    safe: Vtn, files: dict[str, Path], clock: SimulatedClock
) -> None:
    """4: by the owner's word."""
    unverified = settings_for(safe.url, sign=True, **files | {"ca_file": None}, unverified=True)
    async with listening(unverified, clock) as (_, heard):
        assert links(heard) == [True]
    elsewhere = settings_for("https://vtn.example/OpenADR2/Simple/2.0b", unverified=True)
    async with listening(elsewhere, clock) as (_, heard):
        assert links(heard) == [False]


@pytest.mark.parametrize("broken", ["cert_file", "key_file"])
async def test_a_certificate_or_key_that_is_none_is_named(
    safe: Vtn, files: dict[str, Path], clock: SimulatedClock, broken: str
) -> None:
    """4."""
    files[broken].write_text("nothing")
    async with listening(settings_for(safe.url, **files), clock) as (_, heard):
        (lost,) = heard
        assert isinstance(lost, LinkChanged)
        assert str(files[broken]) in lost.sentence


async def test_a_key_that_is_gone_when_messages_are_to_be_signed_is_named(
    safe: Vtn, files: dict[str, Path], clock: SimulatedClock
) -> None:
    """4."""
    files["key_file"].unlink()
    async with listening(settings_for(safe.url, sign=True, **files), clock) as (_, heard):
        (lost,) = heard
        assert isinstance(lost, LinkChanged)
        assert str(files["key_file"]) in lost.sentence


async def test_plain_http_leaves_this_machine_never(clock: SimulatedClock) -> None:
    """4."""
    async with listening(settings_for("http://vtn.example/OpenADR2/Simple/2.0b"), clock) as (_, heard):
        (lost,) = heard
        assert isinstance(lost, LinkChanged)
        assert "not an https address" in lost.sentence
