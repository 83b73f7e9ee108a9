"""Who a plug is: its names as they may be shown, and the MAC that tells it apart."""

from collections.abc import Mapping

from drrouter.adapters.devices.names import cleaned, mac_from
from drrouter.ports import Found

DOMAIN = "kasa"


def found_plug(host: str, port: int, info: Mapping[str, object]) -> Found:
    """A plug as discovery reports it, from its ``get_sysinfo``."""
    model = cleaned(info.get("model"))
    identity = {
        "alias": cleaned(info.get("alias")),
        "mac": mac_of_info(info),
        "model": model,
        "series": model.partition("(")[0].strip(),
        "host": host,
    }
    return Found(DOMAIN, f"{host}:{port}", {key: value for key, value in identity.items() if value})


def mac_of_info(info: Mapping[str, object]) -> str:
    """The MAC address that a plug states; its name differs between generations of firmware."""
    return mac_from(info.get("mac", info.get("mic_mac")))
