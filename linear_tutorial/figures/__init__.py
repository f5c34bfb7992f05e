"""Figures that show data, models and training runs, one module for each page that draws them.

Every function draws on the given `ax` or on a new figure, and returns the axes.
"""
