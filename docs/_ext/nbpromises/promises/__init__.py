"""Promises: what cells must print and draw, compared with what they print and draw in this build."""
