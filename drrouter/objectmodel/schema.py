"""Writes the JSON Schema by which editors check an object model while it is typed.

    python -m drrouter.objectmodel.schema > device_models/schema.json

A test keeps the file as fresh as the models of ``document``.
"""

import json

from drrouter.objectmodel.document import json_schema


def schema_text() -> str:
    """The content of ``device_models/schema.json``."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **json_schema(),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")
