"""Debian's Firefox, which Playwright cannot drive, by the W3C's WebDriver BiDi."""

from __future__ import annotations

import json
import re
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect


class FirefoxPage:
    """The one tab of a browser."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._sent = 0
        self._ask("session.new", capabilities={})
        (tab,) = self._ask("browsingContext.getTree")["contexts"]
        self._tab: str = tab["context"]

    def goto(self, address: str) -> None:
        """Open a page, and wait until it is loaded."""
        self._ask(
            "browsingContext.navigate",
            **{"context": self._tab, "url": address, "wait": "complete"},
        )

    def resize(self, width: int, height: int, scale: float) -> None:
        """Set the size of the window, and how many pixels of a picture one of the window's is."""
        self._ask(
            "browsingContext.setViewport",
            context=self._tab,
            viewport={"width": width, "height": height},
            devicePixelRatio=scale,
        )

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript, after waiting for it."""
        answer = self._ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})))()",
            target={"context": self._tab},
            awaitPromise=True,
        )
        return json.loads(answer["result"]["value"])

    def screenshot(self) -> bytes:
        """Return a picture of the whole page as PNG."""
        picture = self._ask(
            "browsingContext.captureScreenshot",
            context=self._tab,
            origin="document",
        )
        return b64decode(picture["data"])

    def _ask(self, method: str, **params: object) -> Any:
        self._sent += 1
        command = {"id": self._sent, "method": method, "params": params}
        self._socket.send(json.dumps(command))
        while (answer := json.loads(self._socket.recv())).get(
            "id"
        ) != self._sent:
            pass
        assert answer["type"] == "success", answer
        return answer["result"]


@contextmanager
def open_firefox(
    path: str, profile: Path, env: dict[str, str]
) -> Iterator[FirefoxPage]:
    """Start a browser with a fresh profile, and end it afterwards."""
    command = [path, "--headless", "--no-remote", "--remote-debugging-port=0"]
    with subprocess.Popen(
        [*command, "--profile", str(profile)],
        env=env,
        stderr=subprocess.PIPE,
        text=True,
    ) as firefox:
        assert firefox.stderr
        try:
            for line in firefox.stderr:
                if said := re.search(r"BiDi listening on (ws://\S+)", line):
                    break
            else:
                raise AssertionError("Firefox ended before it listened")
            with connect(f"{said[1]}/session", max_size=None) as socket:
                yield FirefoxPage(socket)
        finally:
            firefox.terminate()
