"""The picture that previews of a link to the site show, from the file that shows the default run.

python tests/benchmarks/preview.py [--out bnviz/player/browser/site/preview.png]
"""

import argparse
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from browsing import chromium
from PIL import Image

from bnviz.export.replay import replay
from bnviz.player.content import RECORDED
from bnviz.recording import Recording
from bnviz.site.preview import HEIGHT, PICTURE, WIDTH

#: It shows the frame nearest to this step.
STEP = 100
COLOURS = 128
_DRAWN = f'() => Math.abs(document.querySelector("#bnviz-stage")?.dataset.step - {STEP}) < 10'


def main() -> None:
    """Writes the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=PICTURE)
    out = parser.parse_args().out
    with TemporaryDirectory() as folder, chromium() as browser:
        file = Path(folder) / "run.html"
        file.write_text(replay(Recording.load(RECORDED), embed=True), encoding="utf-8")
        size = {"width": WIDTH, "height": HEIGHT}
        page = browser.new_page(viewport=size, color_scheme="light", reduced_motion="reduce")
        page.goto(f"{file.as_uri()}#step={STEP}")
        page.wait_for_function(_DRAWN)
        picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(out, optimize=True)
    print(f"{out}: {out.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
