"""The terminal: the page's experiments in one process, without a page.

`python -m bnviz train --set learning_rate=1 --out run.npz` trains a pair and prints its figures;
`sweep` fills a map over two settings, `seeds` trains one experiment with many seeds, `stable` looks
for the largest stable learning rates; `claims` checks what the lesson claims; `settings` lists what
can be set.
"""

import argparse
import sys

from bnviz.lesson.claims.catalogue import CLAIMS
from bnviz.lesson.claims.evidence import MIN_SEEDS
from bnviz.settings import KINDS, Settings, SettingsError, groups
from bnviz.studies.sweep import AXES, MEASURES, SCALES, Sweep
from bnviz.terminal import claims_command, study_commands, train_command
from bnviz.terminal.options import DONE, WRONG, CommandError

#: Each returns the exit status.
_COMMANDS = {
    "train": train_command.train,
    "sweep": study_commands.sweep,
    "seeds": study_commands.seeds,
    "stable": study_commands.stable,
    "claims": claims_command.check,
}


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns the exit status.

    0; 1 where a claim does not hold; 2 for a wrong command, 130 for one broken off.

    Args:
        arguments: Those of the command line, if None.
    """
    given = _parser().parse_args(arguments)
    try:
        if given.command == "settings":
            print(settings_table())
            return DONE
        return _COMMANDS[given.command](given)
    except (CommandError, SettingsError) as error:
        print(f"bnviz: {error}", file=sys.stderr)
        return WRONG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bnviz",
        description="Train networks without and with Batch Normalization, side by side.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    train = _command(commands, "train", "train the pair and print its figures")
    train.add_argument("--out", metavar="RECORDING.npz", help="save the recording here")
    _sweep_options(_command(commands, "sweep", "fill a map over two settings"))
    for name, count, help_ in (
        ("seeds", "10", "train one experiment with many seeds"),
        ("stable", "3", "look for the largest stable learning rate of each network"),
    ):
        command = _command(commands, name, help_)
        command.add_argument(
            "--seeds", metavar="N", default=count, help=f"how many; {count} unless given"
        )
    _claims_options(commands.add_parser("claims", help="check the lesson's claims over seeds"))
    commands.add_parser("settings", help="list every setting with its default and bounds")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, help_: str
) -> argparse.ArgumentParser:
    """A command with the options that all have."""
    command = commands.add_parser(name, help=help_)
    command.add_argument(
        "--set",
        dest="changes",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="change a setting; may be given again ('settings' lists them)",
    )
    command.add_argument("--data", metavar="FILE", help="train on your own CSV or NPZ file")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    return command


def _sweep_options(command: argparse.ArgumentParser) -> None:
    default = Sweep()
    axis = "NAME=LOW:HIGH:SCALE:COUNT"
    for side, what in (("x", "columns"), ("y", "rows")):
        command.add_argument(
            f"--{side}",
            metavar=axis,
            help=f"the setting along the {what}; {getattr(default, side)} unless given. NAME is "
            f"one of {', '.join(AXES)}, SCALE one of {', '.join(SCALES)}",
        )
    command.add_argument("--seeds", metavar="N", help=f"runs of each cell; {default.seeds}")
    command.add_argument(
        "--measure", metavar="M", help=f"what is printed: {', '.join(MEASURES)}; the first"
    )
    command.add_argument(
        "--target",
        metavar="A",
        help=f"validation accuracy to which steps are counted; {default.target}",
    )
    command.add_argument("--out", metavar="SWEEP.npz", help="save the map here")
    command.add_argument(
        "--resume", action="store_true", help="go on with what --out's file holds, if it is there"
    )


def _claims_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--seeds", type=int, default=MIN_SEEDS, help="how many (default: %(default)s)"
    )
    command.add_argument(
        "--only",
        metavar="NAME",
        action="append",
        choices=list(CLAIMS),
        help="check this claim; may be given again",
    )
    command.add_argument("--out", metavar="FILE.json", help="save the table here")
    command.add_argument(
        "--recordings",
        metavar="FOLDER",
        help="check nothing, and write the recordings of the chapters into this folder",
    )


def settings_table() -> str:
    """Every setting with its default, what is allowed and what it does, under its heading."""
    default = Settings()
    lines = []
    for heading, names in groups().items():
        lines += ["", heading]
        for name in names:
            value, kind = getattr(default, name), KINDS[name]
            shown = str(value).lower() if isinstance(value, bool) else value
            lines.append(f"  {name} = {shown}")
            lines.append(f"      {kind.help} Allowed is {kind.allowed()}.")
    return "\n".join(lines[1:])


if __name__ == "__main__":
    sys.exit(main())
