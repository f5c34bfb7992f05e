"""A server of files, as a host of the site is one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a log, and notebooks with the type that some hosts give them."""

    extensions_map: ClassVar = {
        **SimpleHTTPRequestHandler.extensions_map,
        ".ipynb": "application/json",
    }

    def log_message(self, *args: object) -> None:
        """Write no log."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder, and yield its address."""
    handler = partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        # The server looks that often whether it is to shut down.
        serving = partial(server.serve_forever, poll_interval=0.02)
        threading.Thread(target=serving, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
