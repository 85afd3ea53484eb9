import socket

import pytest


def test_a_test_reaches_no_other_machine() -> None:
    with socket.socket() as plug, pytest.raises(RuntimeError, match="this machine only"):
        plug.connect(("192.0.2.1", 443))


def test_a_test_looks_up_no_name() -> None:
    with pytest.raises(RuntimeError, match="this machine only"):
        socket.create_connection(("example.org", 443))


def test_a_test_may_talk_to_its_own_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = ("localhost", server.getsockname()[1])

        with socket.create_connection(address) as plug:
            assert plug.getpeername()[0] == "127.0.0.1"
