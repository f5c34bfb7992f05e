"""Start an IPython kernel in which TensorFlow has been imported already, in silence."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # In the place of this file's folder; out again before a page could import from there.
    sys.path[0] = str(Path(__file__).parents[3] / "_ext")
    from describe_figure import print_figure
    from silent_stderr import silent_stderr

    sys.path.pop(0)
    with silent_stderr():
        import tensorflow  # noqa: F401

    from ipykernel.kernelapp import IPKernelApp
    from matplotlib.figure import Figure
    from traitlets.config import Config

    config = Config()
    # Kernels listen on this machine alone; the warning that they do so unencrypted is no news.
    config.IPKernelApp.log_level = "ERROR"
    config.InlineBackend.figure_formats = {"svg"}
    # The same drawing gives the same file in every build.
    config.InlineBackend.rc = {"svg.hashsalt": "linear-tutorial"}
    config.InlineBackend.print_figure_kwargs = {"metadata": {"Date": None}}
    app = IPKernelApp.instance(config=config)
    app.initialize()
    # What a figure says of itself where it is not drawn is what its page promises. The backend comes
    # first, because it takes away what was registered for figures.
    app.shell.enable_matplotlib("inline")
    app.shell.display_formatter.formatters["text/plain"].for_type(
        Figure, print_figure
    )
    app.start()
