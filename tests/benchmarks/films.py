"""How long the page takes to make a film of a run, and how long that plays.

    python tests/benchmarks/films.py [--rounds 3]

Opens the recorded run in headless Chromium and has all of it made into a film of 1280 × 720 pixels
by the buttons of *Save*, from the click to the file. What a film plays is read from the GIF, whose
frames are those of the video.
"""

import argparse
from collections import defaultdict
from contextlib import closing
from statistics import median

import machine
from browsing import PATIENCE, PLAY, View, chromium
from PIL import Image, ImageSequence
from serving import Server

APP = machine.ROOT / "app.py"
KINDS = ("GIF", "Video")


def seconds_of(gif: Image.Image) -> float:
    """Seconds that a GIF plays."""
    return sum(frame.info["duration"] for frame in ImageSequence.Iterator(gif)) / 1e3


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="number of films of each kind")
    rounds = parser.parse_args().rounds
    waits, sizes, plays = defaultdict(list), {}, 0.0
    with (
        chromium() as browser,
        closing(Server(APP)) as server,
        closing(View(browser, server.url)) as view,
    ):
        view.moving()
        page = view.page
        page.click(PLAY)  # which pauses it
        page.get_by_role("button", name="Save", exact=True).click()
        for _ in range(rounds):
            for kind in KINDS:
                button = page.get_by_role("button", name=kind, exact=True)
                begun = page.evaluate("Date.now()")
                with page.expect_download(timeout=1e3 * PATIENCE) as download:
                    button.click()
                waits[kind].append((page.evaluate("Date.now()") - begun) / 1e3)
                path = download.value.path()
                ending = download.value.suggested_filename.rpartition(".")[2]
                sizes[kind] = f"{path.stat().st_size / 1e6:.1f} MB ({ending})"
                if kind == "GIF":
                    with Image.open(path) as gif:
                        plays, count, size = seconds_of(gif), gif.n_frames, gif.size
    print(machine.description())
    print(f"\n{count} frames of {size[0]} × {size[1]}, which play {plays:.1f} s; {rounds} rounds\n")
    print("| film | made in, median (longest) | share of what it plays | size |\n|---|---|---|---|")
    for kind, seconds in waits.items():
        middle = median(seconds)
        print(
            f"| {kind} | {middle:.1f} s ({max(seconds):.1f}) | {middle / plays:.2f} | "
            f"{sizes[kind]} |"
        )


if __name__ == "__main__":
    main()
