"""Visitor: a tab of the page in a real browser, with what tests ask of it."""

from playwright.sync_api import TimeoutError as TooLate

STAGE = "#bnviz-stage"


class Visitor:
    """A tab, with what a test asks of it.

    Args:
        browser: That it is opened in.
        address: Of the page.
        width: Of the tab, in pixels.
        height: Of the tab, in pixels.
        scheme: "light" or "dark".
        moving: Whether recordings play by themselves; it takes a processor of its own.
    """

    def __init__(self, browser, address, *, width=1400, height=900, scheme="light", moving=False):
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="no-preference" if moving else "reduce",
        )
        self.address = address
        self.errors = []
        self.page = self.tab()

    def tab(self):
        page = self.context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def open(self, query=""):
        self.page.goto(f"{self.address}/?{query}")
        self.until("+s.framesDrawn > 0")
        return self

    def data(self, name):
        return self.page.locator(STAGE).get_attribute(f"data-{name}")

    def until(self, condition, seconds=90):
        """Waits until a condition on the stage's data set `s` holds."""
        stage = f"document.querySelector('{STAGE}')?.dataset"
        try:
            self.page.wait_for_function(
                f"(() => {{ const s = {stage}; return s && ({condition}); }})()",
                timeout=1000 * seconds,
            )
        except TooLate as error:
            found = self.page.evaluate(f"JSON.stringify({stage})")
            raise AssertionError(f"not within {seconds} s: {condition}; found {found}") from error

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=False).locator("visible=true").first

    def train(self):
        self.button("Train both").click()

    def key(self, name):
        self.page.keyboard.press(name)
