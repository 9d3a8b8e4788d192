"""Widget states: another script of the session may add one while they are gone through."""

from streamlit.runtime.state.session_state import WStates

from bnviz.page.shell.widget_states import iterate_over_copies


def test_states_may_be_added_while_they_are_gone_through():
    iterate_over_copies()
    states = WStates()
    states.set_from_value("first", 1)
    seen = []
    for name in states:
        seen.append((name, states[name]))
        states.set_from_value(f"{name} and another", 2)
    assert seen == [("first", 1)]
    assert list(states) == ["first", "first and another"]
