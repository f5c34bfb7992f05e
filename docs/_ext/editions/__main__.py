"""Build all editions of the project in a folder: `python -m editions FOLDER`."""

import sys

from .build import main

sys.exit(main(sys.argv[1]))
