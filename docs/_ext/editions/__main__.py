"""Build all editions of the project in a folder: `python -m editions FOLDER`."""

import sys

from .build import main

try:
    sys.exit(main(sys.argv[1]))
except KeyboardInterrupt:
    sys.exit("interrupted; the last good site is still there")
except (OSError, ValueError) as error:
    sys.exit(f"error: {error}")
