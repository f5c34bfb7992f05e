"""Figures that show data, models and training runs, and diagrams with a model's numbers in them.

Every function draws on the given `ax` or on a new figure, and returns the axes.
"""
