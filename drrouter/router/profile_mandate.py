"""Holds an offline profile to what its provider may send: silence gives nobody more say than words do.

limits   as IMPORT_CAPACITY_LIMIT      peaks   as ALERT_FLEX_ALERT      prices   as PRICE
"""

from collections.abc import Mapping

from drrouter.domain.event import PayloadType
from drrouter.domain.mandate import Mandate
from drrouter.tariff import OfflineDocument

_AS: Mapping[str, PayloadType] = {
    "limit": PayloadType.IMPORT_CAPACITY_LIMIT,
    "peak": PayloadType.ALERT_FLEX_ALERT,
    "price": PayloadType.PRICE,
}


def beyond(document: OfflineDocument, mandate: Mandate) -> tuple[str, ...]:
    """The tables of the profile that its provider may not write."""
    return tuple(key for key, kind in _AS.items() if getattr(document, key) and kind not in mandate.kinds)


def held_to(document: OfflineDocument, mandate: Mandate) -> OfflineDocument:
    """The profile without them."""
    left_out = beyond(document, mandate)
    return document.model_copy(update=dict.fromkeys(left_out, ())) if left_out else document
