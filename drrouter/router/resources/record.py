"""A leaf as the store keeps it, and back: its bytes are base64, because the store keeps JSON."""

import logging
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime

from drrouter.domain.resource import Leaf, LeafPath

log = logging.getLogger(__name__)


def record_of(leaf: Leaf) -> dict[str, object]:
    """What the store keeps under the path of the leaf."""
    return {
        "media_type": leaf.media_type,
        "data": b64encode(leaf.data).decode(),
        "by": leaf.by,
        "at": leaf.at.isoformat(),
        "sequence": leaf.sequence,
    }


def leaf_of(path: str, row: object) -> Leaf | None:
    """The leaf; None where the store has something else there, which is said in the log."""
    try:
        if not isinstance(row, Mapping):
            raise TypeError("it is no table")
        return Leaf(
            path=LeafPath(path),
            media_type=str(row["media_type"]),
            data=b64decode(row["data"], validate=True),
            by=str(row["by"]),
            at=datetime.fromisoformat(row["at"]),
            sequence=int(row["sequence"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        log.error("the data at %s cannot be read and is passed over: %s", path, error)
        return None
