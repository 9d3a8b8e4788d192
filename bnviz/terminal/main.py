"""Main: parses the command line and runs one command.

`bnviz train --set learning_rate=1 --out run.npz` trains a pair and prints its results; `sweep`
fills a phase map, `seeds` trains one experiment with many seeds, `stable` finds the largest stable
learning rates, `claims` checks the lesson's claims, `data` says what is read from a file,
`settings` and `measures` list all settings and everything that is measured, `table` prints a
built-in table, `check` lists the problems of a recording, `export` writes a recording to files that
need no bnviz, `site` the lesson and the presets as static files, `page` starts the page, and `show`
starts it with a recording.
"""

import argparse
import sys
from collections.abc import Callable, Sequence

from bnviz.data import builtin
from bnviz.data.examples_file import FILE_NAME
from bnviz.findings.speed import TARGET_SHARE
from bnviz.lesson.claims.catalogue import CLAIMS
from bnviz.lesson.claims.evidence import MIN_SEEDS as MIN_CLAIM_SEEDS
from bnviz.recording.frame_schema import measures_table
from bnviz.recording.other_seeds import OTHER_SEEDS
from bnviz.settings import Settings, SettingsError, typed_numbers
from bnviz.settings.settings import KINDS, groups
from bnviz.studies.axis import AXES, SCALES
from bnviz.studies.seeds import MAX_SEEDS, MIN_SEEDS
from bnviz.studies.sweep import MEASURES, Sweep
from bnviz.terminal import (
    check_command,
    claims_command,
    data_command,
    export_command,
    page_command,
    show_command,
    site_command,
    study_commands,
    train_command,
)
from bnviz.terminal.options import DONE, WRONG, CommandError, add_data_options, show

#: Each returns the exit status.
_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "train": train_command.train,
    "sweep": study_commands.sweep,
    "seeds": study_commands.seeds,
    "stable": study_commands.stable,
    "claims": claims_command.check,
    "data": data_command.data,
    "check": check_command.check,
    "export": export_command.export,
    "site": site_command.site,
    "page": page_command.page,
    "show": show_command.show,
    "settings": lambda _: _print(settings_table()),
    "measures": lambda _: _print(measures_table()),
    "table": lambda given: _print(builtin.csv(given.name).rstrip("\n")),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        argv: Command-line arguments; `sys.argv[1:]` if None.

    Returns:
        The exit status: 0 on success, 1 if a claim does not hold or a problem was found, 2 if the
        command is wrong, 130 if it was interrupted.

    Raises:
        SystemExit: If the arguments cannot be parsed, with status 2, or for `--help`.
    """
    parser = _parser()
    argv = sys.argv[1:] if argv is None else argv
    try:
        given, rest = parser.parse_known_args(argv)
        if given.command == "show" and argv[1] in rest:
            # Its value would be taken for the recording.
            raise CommandError(f"{argv[1]} must follow the file: bnviz show RUN.npz {argv[1]} ...")
        if given.command in ("page", "show"):
            given.options = rest
        elif rest:
            parser.error(f"unrecognized arguments: {' '.join(rest)}")
        return _COMMANDS[given.command](given)
    except (CommandError, SettingsError) as error:
        print(f"bnviz: {error}", file=sys.stderr)
        return WRONG
    except BrokenPipeError:
        return DONE  # nobody reads the help to its end
    finally:
        # What `--help` prints comes out only now.
        show()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bnviz",
        description="Train networks without and with Batch Normalization, side by side.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    train = _add_command(commands, "train", "train the pair and print its results")
    train.add_argument("--out", metavar="RECORDING.npz", help="save the recording to this file")
    train.add_argument(
        "--seeds",
        metavar="N",
        help=f"check the results on N seeds in all, {1 + MIN_SEEDS} to {1 + MAX_SEEDS}, or 1 for "
        f"none (default: {1 + OTHER_SEEDS}, if that does not take long)",
    )
    _add_sweep_options(_add_command(commands, "sweep", "fill a phase map over two settings"))
    for name, count, help_ in (
        ("seeds", "10", "train one experiment with many seeds"),
        ("stable", "3", "find the largest stable learning rate of each network"),
    ):
        command = _add_command(commands, name, help_)
        command.add_argument(
            "--seeds", metavar="N", default=count, help="number of seeds (default: %(default)s)"
        )
        if name == "seeds":
            command.add_argument("--out", metavar="SEEDS.npz", help="save the result to this file")
    _add_claims_options(commands.add_parser("claims", help="check the lesson's claims over seeds"))
    _add_file_options(commands.add_parser("data", help="say what is read from your own file"))
    _add_export_options(
        commands.add_parser("export", help="write a recording to files that need no bnviz")
    )
    site = commands.add_parser(
        "site", help="write the lesson and the presets as static files, for any host or a disk"
    )
    site.add_argument(
        "folder",
        metavar="FOLDER",
        help="where to: a new or an empty folder, or one with an earlier site",
    )
    site.add_argument(
        "--address",
        metavar="URL",
        help="where it will be on the web: previews of a shared link then show a picture",
    )
    checked = commands.add_parser("check", help="list the problems of a recording's layers")
    checked.add_argument("saved", metavar="RUN.npz", help="what was saved")
    commands.add_parser("settings", help="list all settings with their defaults and bounds")
    commands.add_parser("measures", help="list all measures of a frame with their shapes and units")
    table = commands.add_parser("table", help="print a built-in table as CSV, class last")
    table.add_argument("name", choices=builtin.TABLES)
    further = "such as --server.port 8600, are passed to 'streamlit run'."
    # Options of Streamlit must not be taken for abbreviations.
    commands.add_parser(
        "page",
        help="start the page in a browser",
        description=f"Start the page. Further options, {further}",
        allow_abbrev=False,
    )
    shown = commands.add_parser(
        "show",
        help="start the page with a recording",
        description="Start the page with a recording in its player. Options that follow the file, "
        f"{further}",
        allow_abbrev=False,
    )
    shown.add_argument(
        "saved", metavar="RUN.npz", help="what 'bnviz train', the page or a bnviz.Watch saved"
    )
    shown.add_argument(
        "--follow",
        action="store_true",
        help="show what is added to the file, as by a bnviz.Watch in another program",
    )
    return parser


def _add_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, help_: str
) -> argparse.ArgumentParser:
    """Adds a command that trains, with the options that all of these share."""
    command = commands.add_parser(name, help=help_)
    command.add_argument(
        "--set",
        dest="changes",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="change a setting; repeatable ('bnviz settings' lists them)",
    )
    command.add_argument("--data", metavar="FILE", help="train on your own CSV or NPZ file")
    add_data_options(command)
    command.add_argument("--json", action="store_true", help="print the results as a JSON object")
    return command


def _add_sweep_options(command: argparse.ArgumentParser) -> None:
    default = Sweep()
    for side, direction in (("x", "columns"), ("y", "rows")):
        command.add_argument(
            f"--{side}",
            metavar="NAME=LOW:HIGH:SCALE:COUNT",
            help=f"the setting along the {direction} (default: {getattr(default, side)}); NAME is "
            f"one of {', '.join(AXES)}; SCALE is one of {', '.join(SCALES)}",
        )
    command.add_argument(
        "--seeds", metavar="N", help=f"number of runs per cell (default: {default.seeds})"
    )
    command.add_argument(
        "--measure",
        metavar="M",
        help=f"the measure to print: {', '.join(MEASURES)} (default: {default.measure})",
    )
    command.add_argument(
        "--target",
        metavar="A",
        help=f"the fixed validation accuracy to count steps to (default: {default.target}); the "
        f"speed-up has its own, {TARGET_SHARE:.0%}% of the better final accuracy of each run",
    )
    command.add_argument("--out", metavar="SWEEP.npz", help="save the map to this file")
    command.add_argument(
        "--resume", action="store_true", help="continue the map in the --out file, if it exists"
    )


def _add_claims_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--seeds",
        type=typed_numbers.whole,
        default=MIN_CLAIM_SEEDS,
        help="number of seeds (default: %(default)s)",
    )
    command.add_argument(
        "--only",
        metavar="NAME",
        action="append",
        choices=list(CLAIMS),
        help="check only this claim; repeatable",
    )
    command.add_argument("--out", metavar="FILE.json", help="save the table to this file")
    command.add_argument(
        "--recordings",
        metavar="FOLDER",
        help="check nothing; write the recordings of the chapters to this folder",
    )
    command.add_argument(
        "--presets",
        metavar="FOLDER",
        help="check nothing; write the recordings of the page's presets that this folder lacks",
    )
    command.add_argument(
        "--axes",
        metavar="FILE.json",
        help="check nothing; write the values of the lesson's picture of axes to this file",
    )


def _add_file_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("data", metavar="FILE", help="your own CSV or NPZ file")
    add_data_options(command)
    command.add_argument(
        "--out",
        metavar=FILE_NAME,
        help="write the examples to this file, for the exported script",
    )
    command.add_argument("--json", action="store_true", help="print it as a JSON object")


def _add_export_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "saved", metavar="SAVED.npz", help="what 'bnviz train', 'sweep' or 'seeds' saved"
    )
    command.add_argument(
        "--html",
        metavar="RUN.html",
        help="a page that plays it, by double click, without a server and without a network",
    )
    command.add_argument(
        "--csv",
        metavar="RUN.csv",
        help="the numbers of a run, one row for each step, network, layer and measure",
    )
    command.add_argument("--png", metavar="STEP.png", help="the picture of a step, 2560 x 1440")
    command.add_argument("--svg", metavar="STEP.svg", help="the same with words as words")
    command.add_argument(
        "--keras",
        metavar="FOLDER",
        help="the trained networks, as files that keras.models.load_model opens; they are trained "
        "again from the seed",
    )
    command.add_argument(
        "--tensorboard",
        metavar="FOLDER",
        help="the numbers and histograms of a run for TensorBoard, a folder for each network",
    )
    command.add_argument(
        "--data", metavar="FILE", help="for --keras: the file that the run was trained on"
    )
    add_data_options(command)
    picture = command.add_argument_group("the picture", "Chrome or Chromium draws it.")
    picture.add_argument(
        "--view", metavar="VIEW", help="what it shows, as in the page's address (default: layers)"
    )
    picture.add_argument(
        "--step",
        metavar="N",
        help="the last recorded step up to this one is shown (default: the last of all)",
    )
    page = command.add_argument_group("the page")
    page.add_argument(
        "--note", metavar="TEXT", default="", help="a note of yours above it, but not with --embed"
    )
    page.add_argument(
        "--embed",
        action="store_true",
        help="only the picture, for an <iframe> in slides or on another page",
    )
    page.add_argument(
        "--all-frames",
        action="store_true",
        help="keep all frames of a run, however large the page becomes",
    )


def settings_table() -> str:
    """Returns all settings as text: default, allowed values and meaning, grouped by heading."""
    default = Settings()
    lines = []
    for heading, names in groups().items():
        lines += ["", heading]
        for name in names:
            value, kind = getattr(default, name), KINDS[name]
            shown = str(value).lower() if isinstance(value, bool) else value
            lines.append(f"  {name} = {shown}")
            lines.append(f"      {kind.help} Allowed: {kind.allowed()}.")
    return "\n".join(lines[1:])


def _print(text: str) -> int:
    show(text)
    return DONE
