"""The words of the field as values: frozen, valid once built, without any input or output."""
