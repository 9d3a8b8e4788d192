"""The picture in motion of the README, from the file that shows the default run anywhere.

    python tests/benchmarks/animation.py [--out assets/stage.gif]

The file is that of `bnviz export bnviz/recordings/default.npz --html run.html --embed`.
"""

import argparse
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from browsing import chromium
from PIL import Image
from playwright.sync_api import Page

from bnviz.export.replay import replay
from bnviz.player.content import RECORDED
from bnviz.recording import Recording

#: Size of the window, in pixels.
SIZE = {"width": 1240, "height": 700}
#: Places on the slider, which runs by the square root of the step.
PLACES = [place / 26 for place in range(27)]
#: Milliseconds for which the first picture, the last one and each of the others stand.
FIRST, LAST, NEXT = 1200, 3000, 300
#: Colours of all pictures together.
COLOURS = 96
_DRAWN = """(drawn) => +document.querySelector("#bnviz-stage")?.dataset.framesDrawn > drawn"""


def main() -> None:
    """Writes the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("assets/stage.gif"))
    out = parser.parse_args().out
    with TemporaryDirectory() as folder, chromium() as browser:
        file = Path(folder) / "run.html"
        file.write_text(replay(Recording.load(RECORDED), embed=True), encoding="utf-8")
        page = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce")
        page.goto(file.as_uri())
        page.wait_for_function(_DRAWN, arg=0)
        pictures = [_picture(page, place) for place in PLACES]
    # One palette for all, so that what stands still has the same colour in all of them.
    sheet = Image.new("RGB", (pictures[0].width, 3 * pictures[0].height))
    for row, place in enumerate((0, len(pictures) // 2, -1)):
        sheet.paste(pictures[place], (0, row * pictures[0].height))
    palette = sheet.quantize(COLOURS)
    first, *others = (
        picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures
    )
    durations = [FIRST, *[NEXT] * (len(others) - 1), LAST]
    first.save(out, save_all=True, append_images=others, duration=durations, loop=0)
    print(f"{out}: {len(pictures)} pictures, {out.stat().st_size / 1e6:.1f} MB")


def _picture(page: Page, place: float) -> Image.Image:
    """The window with the cursor at a place on the slider."""
    drawn = int(page.locator("#bnviz-stage").get_attribute("data-frames-drawn") or 0)
    slider = page.get_by_label("Time: recorded frame")
    slider.fill(str(place))
    slider.blur()
    if place > 0:
        page.wait_for_function(_DRAWN, arg=drawn)
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


if __name__ == "__main__":
    main()
