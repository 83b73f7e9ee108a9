"""Writes the JSON Schema by which editors check a tariff while it is typed.

    python -m drrouter.tariff.schema > tariffs/schema.json

A test keeps the file as fresh as the models of ``document``.
"""

import json

from drrouter.tariff.document import json_schema


def schema_text() -> str:
    """The content of ``tariffs/schema.json``."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **json_schema(),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")
