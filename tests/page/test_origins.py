"""Origins: a browser keeps its name, whatever its cookie looks like."""

from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

from bnviz.engine.origin import Origin
from bnviz.page.shell.origins import origin_of


def origin(cookie=None, address="1.1.1.1"):
    return origin_of({} if cookie is None else {"_streamlit_xsrf": cookie}, address)


def test_a_browser_has_one_name_although_its_cookie_is_masked_anew():
    cookies = [generate_xsrf_token_string(b"browser") for _ in range(2)]
    assert cookies[0] != cookies[1]
    assert origin(cookies[0]) == origin(cookies[1])
    assert origin(cookies[0]) != origin(generate_xsrf_token_string(b"another"))
    assert origin(cookies[0]) != origin(cookies[0], "2.2.2.2")


def test_clients_of_an_address_without_a_readable_cookie_are_one():
    cookies = (None, "", "2|a|b", "2||ab|1", "|", "x" * 9_999, "\u00b2")
    assert {origin(each) for each in cookies} == {Origin("", "1.1.1.1")}
    assert origin(address=None) == Origin()


def test_nothing_of_the_cookie_is_kept():
    assert b"browser".hex() not in repr(origin(generate_xsrf_token_string(b"browser")))
