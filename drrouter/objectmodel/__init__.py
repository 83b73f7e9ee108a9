"""Object models: what a device can do, written by its maker as data (TR 102 935, 5.3.1.2)."""

from drrouter.objectmodel.catalogue import Catalogue, load_catalogue, read_file
from drrouter.objectmodel.document import SCHEMA, ModelDocument, read_model
from drrouter.objectmodel.forms import UNITS
from drrouter.objectmodel.matching import Match
from drrouter.objectmodel.review import review
from drrouter.objectmodel.translate import (
    binding_of,
    flexibility_of,
    form_of,
    profile_of,
    with_parameters,
)

__all__ = [
    "SCHEMA",
    "UNITS",
    "Catalogue",
    "Match",
    "ModelDocument",
    "binding_of",
    "flexibility_of",
    "form_of",
    "load_catalogue",
    "profile_of",
    "read_file",
    "read_model",
    "review",
    "with_parameters",
]
