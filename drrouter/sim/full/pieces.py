"""Which devices stand in the full home, by the integration that reaches each."""

from drrouter.sim.full import switched
from drrouter.sim.full.piece import Piece

PIECES: tuple[Piece, ...] = (
    Piece("kasa", "freezer", "Freezer", "tracebase.freezer_d36601", switched.kasa, level=-21.0),
)
"""At least one of each integration."""
