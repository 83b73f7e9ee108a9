"""The OpenAPI 3.1 description of the local API, made of the route table and the models themselves."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, TypeAdapter

from drrouter import __version__
from drrouter.adapters.api.origins import CSRF_HEADER
from drrouter.adapters.api.roles import Role
from drrouter.adapters.api.route import PREFIX, Download, Route
from drrouter.adapters.problems import MEDIA_TYPE
from drrouter.adapters.strict_json import adapter_of
from drrouter.domain.resource import MEDIA_TYPES

_REFERENCE = "#/components/schemas/{model}"
_VARIABLE = re.compile(r"{(\w+)}")

Document = dict[str, Any]

_DESCRIPTION = (
    "Programs send a bearer token, pages of the router their session's cookie, and with it the mark of the "
    "session where they change something. Instants are UTC, powers W, energies Wh."
)
_SCHEMES: Document = {
    "token": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": "drrouter-{port}"},
    "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER},
}


def describe(routes: Iterable[Route]) -> Document:
    """The whole document."""
    table = tuple(routes)
    answers, schemas = _schemas(table)
    paths: dict[str, Document] = {}
    for route in table:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route, answers)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "drrouter local API",
            "version": __version__,
            "description": _DESCRIPTION,
            "license": {"name": "GPL-3.0-or-later", "identifier": "GPL-3.0-or-later"},
        },
        "security": [{"token": []}, {"session": [], "csrf": []}],
        "paths": paths,
        "components": {
            "securitySchemes": _SCHEMES,
            "schemas": schemas | {"Problem": _PROBLEM},
        },
    }


def _schemas(routes: tuple[Route, ...]) -> tuple[dict[str, Document], dict[str, Document]]:
    """The schema of each route's answer by name, and what they all refer to."""
    inputs: list[tuple[str, Any, TypeAdapter[Any]]] = []
    for route in routes:
        if route.answer not in (None, Download):
            inputs.append((f"answer {route.name}", "serialization", adapter_of(route.answer)))
        if route.body is not None:
            inputs.append((f"body {route.name}", "validation", adapter_of(route.body)))
    made, definitions = TypeAdapter.json_schemas(inputs, ref_template=_REFERENCE)
    return {name: schema for (name, _), schema in made.items()}, definitions.get("$defs", {})


def _operation(route: Route, schemas: dict[str, Document]) -> Document:
    operation: Document = {
        "operationId": route.name,
        "summary": route.summary,
        "x-roles": sorted(route.roles),
        "parameters": [*_path_parameters(route), *_query_parameters(route.query)],
        "responses": {
            str(route.status): _answer(route, schemas),
            "default": {
                "description": "What went wrong",
                "content": {MEDIA_TYPE: {"schema": _ref("Problem")}},
            },
        },
    }
    if Role.VISITOR in route.roles:
        operation["security"] = []
    if route.body is not None:
        content = {"application/json": {"schema": schemas[f"body {route.name}"]}}
        operation["requestBody"] = {"required": True, "content": content}
    if route.takes_bytes:
        operation["requestBody"] = {"required": True, "content": _ANY_BYTES}
    return operation


def _answer(route: Route, schemas: dict[str, Document]) -> Document:
    if route.streams:
        return {
            "description": route.summary,
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    if route.answer is None:
        return {"description": "Done"}
    if route.answer is Download:
        return {"description": route.summary, "content": _ANY_BYTES}
    content = {"application/json": {"schema": schemas[f"answer {route.name}"]}}
    return {"description": route.summary, "content": content}


def _path_parameters(route: Route) -> list[Document]:
    names = _VARIABLE.findall(route.path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _query_parameters(model: type[BaseModel] | None) -> list[Document]:
    if model is None:
        return []
    schema = model.model_json_schema()
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": detail}
        for name, detail in schema["properties"].items()
    ]


def _ref(name: str) -> Document:
    return {"$ref": _REFERENCE.format(model=name)}


_ANY_BYTES: Document = {name: {"schema": {"type": "string", "format": "binary"}} for name in MEDIA_TYPES}

_PROBLEM: Document = {
    "type": "object",
    "description": "RFC 9457; `type` begins with urn:drrouter:problem: and names the kind of error.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "detail_said": _ref("Reason"),
        "options": {"type": "array", "items": _ref("Option")},
    },
}
