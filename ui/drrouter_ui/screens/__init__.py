"""The screens: the day, and the dialogs that open above it."""
