"""Start Jupyter kernels that need not import TensorFlow first: `python -P tests/kernels.py`.

Each line of the input names a connection file; for each, a kernel is forked from this process, which
has imported the large libraries and nothing of this project.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Say when all is ready, then start kernels until the input ends."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    # The kernels watch this process, and end with it.
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    import keras  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import tensorflow  # noqa: F401
    from ipykernel.kernelapp import IPKernelApp

    print("ready", flush=True)
    for line in sys.stdin:
        if os.fork() == 0:
            IPKernelApp.launch_instance(["-f", line.strip()])
            return


if __name__ == "__main__":
    main()
