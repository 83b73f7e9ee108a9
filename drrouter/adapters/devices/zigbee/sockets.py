"""Where a device's clusters are: most have one endpoint that matters, a strip one for each socket.

00:12:4b:00:0a:0b:0c:0d       the whole device
00:12:4b:00:0a:0b:0c:0d/2     the second socket of a strip
"""

from collections.abc import Iterable, Mapping

from zigpy.device import ZigbeeDevice as Node
from zigpy.endpoint import Endpoint
from zigpy.zcl import Cluster

from drrouter.adapters.devices.names import cleaned
from drrouter.adapters.devices.zigbee.senses import ON_OFF
from drrouter.ports import Found

DOMAIN = "zigbee"
UNNAMED = "Zigbee device"


def found(node: Node, names: Mapping[str, str]) -> Iterable[Found]:
    """The device as discovery reports it, once for each of its sockets."""
    relays = [endpoint.endpoint_id for endpoint in node.non_zdo_endpoints if ON_OFF in endpoint.in_clusters]
    if len(relays) < 2:
        yield _found(node, str(node.ieee), names)
        return
    for endpoint in relays:
        yield _found(node, f"{node.ieee}/{endpoint}", names)


def _found(node: Node, address: str, names: Mapping[str, str]) -> Found:
    manufacturer, model = cleaned(node.manufacturer), cleaned(node.model)
    tail = address.partition("/")[2]
    end = str(node.ieee).replace(":", "")[-4:] + (f"/{tail}" if tail else "")
    identity = {
        "id": address,
        "alias": cleaned(names.get(address)) or f"{model or UNNAMED} {end}",
        "manufacturer": manufacturer,
        "model": model,
    }
    return Found(DOMAIN, address, {key: value for key, value in identity.items() if value})


def servers(node: Node, endpoint: int | None) -> Mapping[int, Cluster]:
    """What the device offers, by cluster: of one endpoint, or the first of each on any."""
    return _first(part.in_clusters for part in _endpoints(node, endpoint))


def clients(node: Node, endpoint: int | None) -> Mapping[int, Cluster]:
    """What the device wants of us, by cluster."""
    return _first(part.out_clusters for part in _endpoints(node, endpoint))


def _endpoints(node: Node, endpoint: int | None) -> Iterable[Endpoint]:
    return [part for part in node.non_zdo_endpoints if endpoint in (None, part.endpoint_id)]


def _first(clusters: Iterable[Mapping[int, Cluster]]) -> Mapping[int, Cluster]:
    everything: dict[int, Cluster] = {}
    for some in clusters:
        for number, cluster in some.items():
            everything.setdefault(int(number), cluster)
    return everything
