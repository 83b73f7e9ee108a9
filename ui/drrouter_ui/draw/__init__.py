"""Drawings of what was seen, as styled text for screens and for paper; nothing here knows Textual."""
