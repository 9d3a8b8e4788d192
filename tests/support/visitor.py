"""Visitor: a tab of the page in a real browser."""

from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.support import ROOT

_GEOMETRY = ROOT / "tests/support/geometry.js"
STAGE, MAP = "#bnviz-stage", "#bnviz-map"
#: Holds once the first picture is drawn, by the element whose data set says so.
_DRAWN = {STAGE: "+s.framesDrawn > 0", MAP: "+s.draws > 0"}


class Visitor:
    """A tab, and what tests do in it.

    Args:
        browser: The browser in which it is opened.
        address: Address of the page.
        root: The element whose data set is read: `STAGE` or `MAP`.
        width: Width of the tab, in pixels.
        height: Height of the tab, in pixels.
        scheme: "light" or "dark".
        newcomer: Whether the notes of a first visit are shown.
        moving: Whether recordings play by themselves, which keeps a processor busy.
        measured: Whether the pictures are measured, by `bnvizGeometry`.
        options: Further arguments of `Browser.new_context`.
    """

    def __init__(
        self,
        browser,
        address,
        *,
        root=STAGE,
        width=1400,
        height=900,
        scheme="light",
        newcomer=False,
        moving=False,
        measured=False,
        **options,
    ):
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="no-preference" if moving else "reduce",
            **options,
        )
        if not newcomer:
            # A frame without an address of its own has no storage.
            closed = "try { localStorage.setItem('bnviz.notes', 'closed') } catch {}"
            self.context.add_init_script(closed)
        if measured:
            self.context.add_init_script(_GEOMETRY.read_text())
        self.address = address
        self.errors = []
        self._root = root
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, query=""):
        self.page.goto(f"{self.address}/?{query}")
        self.until(_DRAWN[self._root])
        return self

    def data(self, name):
        return self.page.locator(self._root).get_attribute(f"data-{name}")

    def until(self, condition, seconds=120, *, root=None):
        """Waits until a condition on an element's data set `s` holds."""
        data = f"document.querySelector('{root or self._root}')?.dataset"
        try:
            self.page.wait_for_function(
                f"(() => {{ const s = {data}; return s && ({condition}); }})()",
                timeout=1000 * seconds,
            )
        except PlaywrightTimeoutError as error:
            found = self.page.evaluate(f"JSON.stringify({data})")
            raise AssertionError(f"not within {seconds} s: {condition}; found {found}") from error

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=False).locator("visible=true").first

    def train(self):
        self.button("Train both").click()

    def unfold(self, label):
        """Opens what is folded away under a label, and waits until it is open."""
        self.page.locator("summary").filter(has_text=label).click()
        self.page.locator("details[open]").filter(has_text=label).wait_for()

    def key(self, name):
        self.page.keyboard.press(name)

    def overflow(self):
        """Pixels by which the page is wider than the tab."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
