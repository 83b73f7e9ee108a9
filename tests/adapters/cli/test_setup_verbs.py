"""Setting a home up for phones: certificates, and what belongs into the home file."""

import asyncio
from pathlib import Path

import pytest
from cryptography import x509

from drrouter.adapters.this_machine import address_at_home, names_of
from drrouter.cli import main
from drrouter.config import load_home
from drrouter.sim.home_process import free_port
from tests.home_files import HOME


@pytest.mark.parametrize("address", ["192.168.1.20", None])
async def test_the_certificates_are_made_and_the_home_file_takes_what_is_printed(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    address: str | None,
) -> None:
    monkeypatch.setattr("drrouter.adapters.this_machine.address_at_home", lambda: address)
    monkeypatch.setattr("drrouter.adapters.this_machine.names_of", lambda: ("pi.local",))
    file = tmp_path / "home.toml"
    assert await asyncio.to_thread(main, ["setup", "tls", str(file)]) == 0
    written = capsys.readouterr()
    assert "for pi.local" in written.err
    home = HOME.format(budget_s=1.0, port=free_port()).replace("[api]\nport = 0\n", "")
    file.write_text(home + written.out)
    api = load_home(file).api
    assert (api.host, api.names) == (address or "0.0.0.0", ("pi.local",))
    assert api.cert_file
    certificate = x509.load_pem_x509_certificate(api.cert_file.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {"pi.local", "localhost"} <= set(names.get_values_for_type(x509.DNSName))
    assert (address in {str(one) for one in names.get_values_for_type(x509.IPAddress)}) == bool(address)


async def test_names_can_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "home.toml")
    assert await asyncio.to_thread(main, ["setup", "tls", file, "--name", "router.home"]) == 0
    assert 'names = ["router.home"]' in capsys.readouterr().out
    assert await asyncio.to_thread(main, ["setup", "tls", file, "--name", "8.8.8.8"]) == 1
    assert "public address" in capsys.readouterr().err


def test_this_machine_knows_its_names_and_perhaps_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "Pi.lan")
    assert names_of() == ("pi.local",)
    monkeypatch.setattr("socket.gethostname", lambda: "localhost")
    assert names_of() == ()
    address = address_at_home()
    assert address is None or address.count(".") == 3
