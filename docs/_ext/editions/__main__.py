"""Build all editions of the project in a folder: `python -m editions FOLDER`."""

import sys
from argparse import ArgumentParser

from .build import main

parser = ArgumentParser("python -m editions", description=__doc__)
parser.add_argument("folder", metavar="FOLDER", help="the folder of conf.py")
try:
    sys.exit(main(parser.parse_args().folder))
except KeyboardInterrupt:
    sys.exit("interrupted; the last good site is still there")
except (OSError, ValueError) as error:
    sys.exit(f"error: {error}")
