"""The description of the API names every route, model and role, and every reference in it leads somewhere."""

import json
from typing import Any

from drrouter.adapters.api import ROUTES, Role
from drrouter.adapters.api.openapi import describe
from tests.adapters.api.conftest import Served


async def test_the_description_is_served_and_plain(served: Served) -> None:
    status, document = await served.ask("GET", "/openapi.json", Role.GUEST)
    assert status == 200
    assert document["openapi"] == "3.1.0"
    assert document == json.loads(json.dumps(describe(ROUTES)))


def test_every_route_is_described_with_its_roles_and_its_variables() -> None:
    paths = describe(ROUTES)["paths"]
    for row in ROUTES:
        operation = paths["/api/v1" + row.path][row.method.lower()]
        assert operation["operationId"] == row.name
        assert operation["summary"]
        assert operation["x-roles"] == sorted(row.roles)
        variables = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
        assert all("{" + name + "}" in row.path for name in variables)
        assert str(row.status) in operation["responses"]
    assert sum(len(methods) for methods in paths.values()) == len(ROUTES)


def test_what_needs_no_credentials_says_so() -> None:
    document = describe(ROUTES)
    operations = [one for methods in document["paths"].values() for one in methods.values()]
    free = {one["operationId"] for one in operations if one.get("security") == []}
    assert free == {row.name for row in ROUTES if Role.VISITOR in row.roles}
    schemes = {name for way in document["security"] for name in way}
    assert schemes == set(document["components"]["securitySchemes"])


def test_every_reference_leads_somewhere() -> None:
    document = describe(ROUTES)
    schemas = document["components"]["schemas"]
    references = set(_references(document))
    assert {"#/components/schemas/Option", "#/components/schemas/Problem"} <= references
    assert {reference.rsplit("/", 1)[1] for reference in references} <= set(schemas)


def test_unknown_keys_of_bodies_are_refused_in_writing_too() -> None:
    schemas = describe(ROUTES)["components"]["schemas"]
    assert schemas["OverrideBody"]["additionalProperties"] is False


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in _references(value)]
    if isinstance(node, list):
        return [found for value in node for found in _references(value)]
    return []
