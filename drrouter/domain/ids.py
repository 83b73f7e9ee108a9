"""Names of things as types of their own, so that one cannot be passed for another."""

from typing import NewType

DeviceId = NewType("DeviceId", str)
EventId = NewType("EventId", str)
ProgramId = NewType("ProgramId", str)
ProviderId = NewType("ProviderId", str)
ProgrammeId = NewType("ProgrammeId", str)
ModelId = NewType("ModelId", str)
HoldToken = NewType("HoldToken", str)
WishId = NewType("WishId", str)

EventKey = tuple[ProviderId, EventId]
"""What tells events apart: two providers may use the same id."""
