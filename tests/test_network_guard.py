"""The guard that keeps the tests on this machine."""

import socket
import threading

import pytest
import requests
from tests import network_guard


@pytest.mark.parametrize("url", ["http://192.0.2.1:9", "http://a-server.invalid"])
def test_an_address_outside_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(network_guard.OutsideConnectionError, match="another machine"):
        requests.get(url, timeout=1)
    assert len(network_guard.refused) == 1
    network_guard.refused.clear()


def test_datagrams_are_refused_as_well() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
        pytest.raises(network_guard.OutsideConnectionError),
    ):
        sender.sendto(b"", ("192.0.2.1", 9))
    network_guard.refused.clear()


def test_a_server_on_this_machine_answers() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    accepting = threading.Thread(target=lambda: listener.accept()[0].close())
    accepting.start()
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        accepting.join()
    listener.close()
    assert network_guard.refused == []
