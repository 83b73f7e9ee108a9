"""Fakes on the wire: each speaks the bytes of a real product, wrong answers and silence included."""
