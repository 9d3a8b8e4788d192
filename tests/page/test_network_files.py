"""The button with which a viewer takes the networks of a run along."""

from streamlit.testing.v1 import AppTest

from bnviz.page.shell.network_files import LABEL


def page() -> None:
    """Draws the button for the recorded run, one of a file that is not here, and a large one."""
    import streamlit as st

    from bnviz.page.shell import network_files, session
    from bnviz.player.content import recorded_default
    from bnviz.settings import Settings
    from tests.support.recordings import random_recording

    recording = recorded_default()
    match st.text_input("run"):
        case "of a file":
            recording = random_recording(Settings(dataset="upload", upload=32 * "0", steps=3), 3)
        case "large":
            large = Settings(hidden_layers=50, units=256, steps=1, optimizer="adam")
            recording = random_recording(large, 2)
            st.session_state.recording = recording  # the button does not keep it
    session.viewer().watch(network_files.asked_for(recording))
    network_files.draw_button(recording, "name", "", complete=True, key="networks")
    network_files.draw_state(recording)


def test_it_asks_for_them_and_stops_what_it_has_asked_for():
    tester = AppTest.from_function(page, default_timeout=60).run()
    assert [button.label for button in tester.button] == [LABEL]
    tester.button[0].click().run()
    assert not tester.exception
    assert [button.label for button in tester.button] == ["Stop training them"]
    assert "Training the networks again" in tester.caption[0].value
    tester.button[0].click().run()
    assert [button.label for button in tester.button] == [LABEL]
    assert not tester.caption
    tester.text_input[0].set_value("of a file").run()
    assert tester.button[0].disabled
    assert "its examples came from a file" in tester.caption[0].value
    tester.text_input[0].set_value("large").run()
    tester.button[0].click().run()
    assert [button.label for button in tester.button] == [LABEL]
    assert "The networks may take 83 MB" in tester.warning[0].value
