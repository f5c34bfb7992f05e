"""Start an IPython kernel in which TensorFlow has been imported already, in silence.

While it is imported, TensorFlow's native part writes log lines that no setting keeps back, straight
to the file descriptor. A running kernel would catch them and put them on the page.
"""

import os
import sys
from contextlib import contextmanager


@contextmanager
def silent_stderr():
    """Send whatever is written to file descriptor 2 nowhere, for a while."""
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


if __name__ == "__main__":
    # The folder of this file is no place to import a page's modules from.
    sys.path.pop(0)
    with silent_stderr():
        import tensorflow  # noqa: F401

    from ipykernel.kernelapp import IPKernelApp
    from traitlets.config import Config

    config = Config()
    # Kernels listen on this machine alone; the warning that they do so unencrypted is no news.
    config.IPKernelApp.log_level = "ERROR"
    config.InlineBackend.figure_formats = {"svg"}
    # The same drawing gives the same file in every build.
    config.InlineBackend.rc = {"svg.hashsalt": "linear-tutorial"}
    config.InlineBackend.print_figure_kwargs = {"metadata": {"Date": None}}
    IPKernelApp.launch_instance(config=config)
