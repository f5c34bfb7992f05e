"""Watch a Python process that a page started; Python imports this module when it starts.

This folder alone is on the process's PYTHONPATH, so the watcher is loaded from its file.
"""

import os
import runpy
from pathlib import Path

if journal := os.environ.get("NBPROMISES_JOURNAL"):
    watcher = Path(__file__).parents[1] / "watch.py"
    runpy.run_path(str(watcher))["watch_process"](journal)
