"""Writes the API's types in TypeScript, out of its OpenAPI description.

    python ui/web/make_types.py > ui/web/src/api_types.ts

A test compares the file with what this says; run it whenever a view of the API has changed.
"""

import json
from typing import Any

from drrouter.adapters.api.openapi import describe
from drrouter.adapters.api.server import ROUTES

_HEAD = "// Made by `python ui/web/make_types.py > ui/web/src/api_types.ts`; see there.\n"
_PLAIN = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "null": "null",
}


def types() -> str:
    """The whole file."""
    schemas = describe(ROUTES)["components"]["schemas"]
    return "\n".join([_HEAD, *(_named(name, schemas[name]) for name in sorted(schemas))])


def _named(name: str, schema: dict[str, Any]) -> str:
    if schema.get("type") != "object" or "properties" not in schema:
        return f"export type {name} = {_type(schema)};\n"
    optional = _optional(schema)
    rows = [
        f"  {key}{'?' if key in optional else ''}: {_type(part)};\n"
        for key, part in schema["properties"].items()
    ]
    return f"export interface {name} {{\n{''.join(rows)}}}\n"


def _optional(schema: dict[str, Any]) -> set[str]:
    """What a body, or a problem, may leave out; the views of the router are always whole."""
    whole = "title" in schema and not schema["title"].endswith("Body")
    return set() if whole else set(schema["properties"]) - set(schema.get("required", ()))


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema or "const" in schema:
        return " | ".join(json.dumps(value) for value in schema.get("enum", [schema.get("const")]))
    if "anyOf" in schema or "oneOf" in schema:
        return " | ".join(dict.fromkeys(_type(part) for part in schema.get("anyOf") or schema["oneOf"]))
    match schema.get("type"):
        case "array":
            return _array(schema)
        case "object":
            return _object(schema)
        case kind:
            return _PLAIN.get(str(kind), "unknown")


def _array(schema: dict[str, Any]) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(_type(part) for part in schema['prefixItems'])}]"
    item = _type(schema.get("items", {}))
    return f"({item})[]" if "|" in item else f"{item}[]"


def _object(schema: dict[str, Any]) -> str:
    if "properties" in schema:
        return f"{{ {' '.join(f'{key}: {_type(part)};' for key, part in schema['properties'].items())} }}"
    return f"Record<string, {_type(schema.get('additionalProperties') or {})}>"


if __name__ == "__main__":
    print(types(), end="")
