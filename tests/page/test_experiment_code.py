"""Experiment code: what the page offers to download."""

from streamlit.testing.v1 import AppTest


def page(held: str, chosen: str) -> None:
    """Holds a file, and draws the code of settings with the data named by `chosen`."""
    from bnviz.page.shell import experiment_code
    from bnviz.page.shell.kept_file import kept
    from bnviz.settings import Settings

    file = kept().choose("table.csv", held.encode())
    uploads = {"own": file.key, "other": "0" * 32}
    data = {"dataset": "upload", "upload": uploads[chosen]} if chosen else {}
    experiment_code.draw(Settings(**data), key="code")


def offered(chosen: str) -> list[str]:
    tester = AppTest.from_function(page, args=("1,2,a\n3,4,b\n", chosen), default_timeout=60)
    tester.run()
    assert not tester.exception
    return [button.proto.label for button in tester.get("download_button")]


def test_examples_are_offered_with_own_data_alone():
    assert offered("") == ["Script", "Notebook", "PyTorch"]
    assert offered("own") == ["Script", "Notebook", "PyTorch", "Examples"]


def test_no_examples_are_offered_of_another_file():
    assert offered("other") == ["Script", "Notebook", "PyTorch"]
