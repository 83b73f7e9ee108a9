"""Our own definitions of clusters that zigpy describes wrongly (Power Profile) or not at all (Price, DRLC).

They are put into the devices of our network and not into the library's registry, which others may use.
"""

from zigpy.device import BaseDevice, ZigbeeDevice

from drrouter.adapters.devices.zigbee.clusters.load_control import LOAD_CONTROL, OurLoadControl
from drrouter.adapters.devices.zigbee.clusters.power_profile import OurPowerProfile
from drrouter.adapters.devices.zigbee.clusters.price import PRICE, OurPrice
from drrouter.adapters.devices.zigbee.clusters.questions import AskingCluster

POWER_PROFILE = 0x001A

__all__ = ["POWER_PROFILE", "OurLoadControl", "OurPowerProfile", "OurPrice", "with_our_clusters"]

OFFERED: dict[int, type[AskingCluster]] = {POWER_PROFILE: OurPowerProfile}
"""What a device offers."""

WANTED: dict[int, type[AskingCluster]] = {PRICE: OurPrice, LOAD_CONTROL: OurLoadControl}
"""What a device wants of us."""


def with_our_clusters(device: BaseDevice) -> BaseDevice:
    """Give a device our clusters in place of the library's; the library calls it for each that it meets."""
    if isinstance(device, ZigbeeDevice):
        for endpoint in device.non_zdo_endpoints:
            for number in OFFERED.keys() & endpoint.in_clusters.keys():
                endpoint.add_input_cluster(number, OFFERED[number](endpoint, is_server=True))
            for number in WANTED.keys() & endpoint.out_clusters.keys():
                endpoint.add_output_cluster(number, WANTED[number](endpoint, is_server=False))
    return device
