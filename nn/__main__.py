"""``python -m nn train digits``, ``python -m nn train data.csv --target column`` and ``python -m nn demo``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import autograd_lite as ag
from nn.command import report
from nn.command.demo import demo
from nn.data.tables import TableError, digits, read_csv


def _units(text: str) -> list[int]:
    """``128,64`` as the units of hidden layers; nothing for none."""
    try:
        units = [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        units = [0]
    if any(n < 1 for n in units):
        raise argparse.ArgumentTypeError(f"units of hidden layers look like 128,64, not {text!r}")
    return units


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number of at least 1, not {text!r}")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nn", description="Train multi-layer perceptrons.")
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train on scikit-learn's digits or on a CSV file, and write a report")
    train.add_argument("data", help="'digits', or a CSV file with a header")
    train.add_argument("--target", help="the column of the CSV file to predict")
    train.add_argument("--hidden", type=_units, default=[128], help="units of the hidden layers (default: 128)")
    train.add_argument("--activation", default="relu", help="relu (default), tanh or sigmoid")
    train.add_argument("--optimizer", default="adam", help="adam (default) or sgd")
    train.add_argument("--epochs", type=_positive, default=50, help="the most epochs (default: 50)")
    train.add_argument("--lr", type=float, help="the learning rate (default: the optimizer's)")
    train.add_argument("--batch-size", type=_positive, default=32, help="rows in a mini-batch (default: 32)")
    train.add_argument("--seed", type=int, default=0, help="of weights, batches and test rows (default: 0)")
    shown = commands.add_parser("demo", help="the lecture's table, a network that reads digits, and their pictures")
    for command in (train, shown):
        command.add_argument("--out", type=Path, default=Path("report"), help="directory to write to (default: report)")
        command.add_argument("--quiet", action="store_true", help="no progress bar")
    return parser


def _train(options: argparse.Namespace) -> None:
    if options.data != "digits" and options.target is None:
        raise TableError(f"{options.data}: say with --target which column to predict")
    if options.data == "digits" and options.target is not None:
        raise TableError("digits: --target is for CSV files")
    result = report.train(
        digits() if options.data == "digits" else read_csv(options.data, options.target),
        hidden=options.hidden,
        activation=options.activation,
        optimizer=options.optimizer,
        epochs=options.epochs,
        lr=options.lr,
        batch_size=options.batch_size,
        seed=options.seed,
        out=options.out,
        progress=not options.quiet,
    )
    print("written:", ", ".join(str(path) for path in result.files))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0, or 2 after one line about what is wrong."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "demo":
            demo(options.out, not options.quiet)
        else:
            _train(options)
    except (ValueError, OSError, ag.AutogradError) as error:
        print(f"python -m nn {options.command}: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
