"""Reads whole lists from a VTN, page by page, however small its pages are."""

import re
from collections.abc import Mapping

from drrouter.adapters.sp.openadr3.session import Query, VtnSession
from drrouter.errors import ProviderUnreachableError

PAGE = 50
"""The most that a page of OpenADR 3 may hold; some servers cap at it whatever is asked for."""

MOST_OBJECTS = 20_000
"""More objects than this are no list but an attack, or a server that ignores ``skip``."""

_HALF = re.compile("[\ud800-\udfff]")
_OBJECT_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


async def read_all(session: VtnSession, path: str, query: Query = ()) -> list[object]:
    """Every object of a list, each id once; what is not an object stands as it came.

    Interpretation: a page shorter than the one asked for is the last, as in OpenADR 3.1, Definition,
    "Response Filtering"; so is one that brings nothing new, from servers that ignore ``skip``.

    Raises:
        ProviderError: a page is missing, so the list is not complete.
    """
    rows: list[object] = []
    seen: set[str] = set()
    skip = 0
    while True:
        answer = await session.get(path, [*query, ("skip", str(skip)), ("limit", str(PAGE))])
        if answer.status == 404:
            raise ProviderUnreachableError(f"The provider has no {path} at its url; check the url.")
        page = answer.body if answer.body is not None else []
        if not isinstance(page, list):
            raise ProviderUnreachableError(f"The provider's {path} is not a list of objects.")
        fresh = [row for row in page if _is_new(row, seen)]
        rows += fresh
        skip += len(page)
        if len(page) < PAGE or not fresh:
            return rows
        if len(rows) > MOST_OBJECTS:
            raise ProviderUnreachableError(f"The provider's {path} holds more than {MOST_OBJECTS} objects.")


def identity(row: object) -> str:
    """The id of an object, empty where it has none that is safe in a URL (openadr3.yaml, ``objectID``).

    Interpretation: a whole number is read as an id, too.
    """
    found = row.get("id") if isinstance(row, Mapping) else None
    found = str(found) if type(found) is int else found
    return found if isinstance(found, str) and _OBJECT_ID.fullmatch(found) else ""


def whole(value: object) -> object:
    """The same with a sign in the place of half characters, which JSON can say and nothing can keep."""
    match value:
        case str():
            return _HALF.sub("\N{REPLACEMENT CHARACTER}", value)
        case list():
            return [whole(one) for one in value]
        case dict():
            return {whole(key): whole(one) for key, one in value.items()}
    return value


def text(row: object, key: str) -> str:
    """A string member of an object, empty where it has none."""
    found = row.get(key) if isinstance(row, Mapping) else None
    return found if isinstance(found, str) else ""


def rows_in(row: object, key: str) -> list[object]:
    """A list inside an object, empty where it has none."""
    found = row.get(key) if isinstance(row, Mapping) else None
    return found if isinstance(found, list) else []


def _is_new(row: object, seen: set[str]) -> bool:
    """Whether an object's id was not met before; what has no id is kept, for somebody to complain about."""
    found = identity(row)
    if found in seen:
        return False
    if found:
        seen.add(found)
    return True
