"""Train a line; if it was stopped, resume from the last good checkpoint."""

import argparse
import signal
import sys

import tensorflow as tf

from linear_tutorial.data import make_data
from linear_tutorial.loss import mean_squared_error
from linear_tutorial.resumable.training import train
from linear_tutorial.training import report


def main() -> None:
    """Run the command, and print the model at the end."""
    parser = argparse.ArgumentParser(
        prog="python -m linear_tutorial.resumable", description=__doc__
    )
    parser.add_argument("folder", help="the folder of the checkpoints")
    parser.add_argument(
        "--updates",
        type=int,
        default=280,
        help="the number of updates, including those of earlier runs",
    )
    options = parser.parse_args()
    try:
        state = train(options.folder, updates=options.updates)
        x, y = make_data()
        loss = mean_squared_error(y, state.model(x))
        print(report(state.model, loss), flush=True)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    # Of other names, or of other types under the same names.
    except (AssertionError, tf.errors.InvalidArgumentError):
        sys.exit(
            f"error: the checkpoints in {options.folder} are those of another program"
        )
    except KeyboardInterrupt:
        print(
            "stopped; the same command goes on from the last checkpoint",
            file=sys.stderr,
        )
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
