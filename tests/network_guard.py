"""Refuse every connection of the tests that would leave this machine.

An audit hook sees each connection and each name lookup of Python's sockets, whichever library
starts it. A hook cannot be removed, so it is installed once per process.
"""

import ipaddress
import sys
from typing import Any

# what was refused in this process, for tests in which the error itself was caught
refused: list[str] = []


class OutsideConnectionError(Exception):
    """A test tried to reach another machine."""


def install() -> None:
    """Refuse such connections from now on, in this process and in its forks."""
    sys.addaudithook(_check)


def _check(event: str, args: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = args[1]
        host = address[0] if isinstance(address, tuple) else None  # a Unix socket has a path
    elif event == "socket.getaddrinfo":
        host = args[0]
    else:
        return
    if host is not None and not _is_local(host):
        refused.append(f"{event} {host}")
        raise OutsideConnectionError(f"{event}: {host} is another machine; serve on 127.0.0.1")


def _is_local(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:  # a name: its lookup alone would leave the machine
        return False
