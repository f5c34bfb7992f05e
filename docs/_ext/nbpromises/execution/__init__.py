"""Execution of pages: what they show, what that depends on, and for how long it is kept."""
