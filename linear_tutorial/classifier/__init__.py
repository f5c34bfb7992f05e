"""Points of two classes that no line can part, for a first network."""

from linear_tutorial.classifier.data import make_moons

__all__ = ["make_moons"]
