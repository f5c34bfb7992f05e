"""Keep native code from writing to the terminal.

While it is imported, TensorFlow writes log lines that no setting keeps back, straight to the file
descriptor: a running kernel would put them on the page, and a build's own messages would drown.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def silent_stderr() -> Iterator[None]:
    """Send whatever is written to file descriptor 2 nowhere, for a while."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
