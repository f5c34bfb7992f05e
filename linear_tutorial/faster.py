"""The figure of the page about speed."""

from collections.abc import Mapping
from math import inf, log10

from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter

from linear_tutorial.figures._style import BLUE, in_style, labelled_axes


@in_style
def plot_times(times: Mapping[str, float], *, ax: Axes | None = None) -> Axes:
    """Draw times as multiples of the shortest one, on a logarithmic axis.

    Args:
        times: Seconds per step, by name; the first is drawn at the top.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes, with each time written beside its dot.

    Raises:
        ValueError: If there are no times, or one is not positive and finite.

    Example:
        >>> axes = plot_times({"slow": 0.0075, "fast": 0.0005})
        >>> [(text.get_text(), text.xy) for text in axes.texts]
        [('7.5 ms', (15.0, 0)), ('500 µs', (1.0, 1))]
    """
    if not times or not all(0 < seconds < inf for seconds in times.values()):
        raise ValueError(
            f"times must be one or more positive finite numbers, but are {dict(times)!r}"
        )
    ax = labelled_axes(ax, "time per step (fastest = 1)", "way")
    shortest = min(times.values())
    for place, seconds in enumerate(times.values()):
        ratio = seconds / shortest
        ax.plot(
            [1, ratio], [place, place], color=BLUE, marker="o", markevery=[1]
        )
        ax.annotate(
            EngFormatter("s")(float(f"{seconds:.2g}")),
            (ratio, place),
            xytext=(8, 0),
            textcoords="offset points",
            verticalalignment="center",
            fontsize="small",
            in_layout=False,
        )
    ax.set_yticks(range(len(times)), labels=list(times))
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(EngFormatter(sep=""))
    # Leave room for the time beside the longest line. A limit half-way between two tick labels keeps
    # them off the edge, so the cropped drawing has the same size for all times.
    longest = max(times.values()) / shortest
    ax.set_xlim(0.7, 10 ** (round(log10(10 * longest)) + 0.5))
    ax.grid(visible=False, axis="y")
    ax.invert_yaxis()
    return ax
