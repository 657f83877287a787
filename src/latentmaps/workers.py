"""The role of this process among several machines that train one model.

TensorFlow's environment variable TF_CONFIG contains the addresses of all workers and the index of
this one::

    {"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", "index": 0}}
"""

import os

from latentmaps.errors import ParamsError, shorten
from latentmaps.storage import json_files

_EXPECTED = (
    'expected {"cluster": {"worker": ["host1:port", "host2:port"]}, '
    '"task": {"type": "worker", "index": 0}}'
)


def addresses() -> list[str]:
    """Return the addresses of all workers, or an empty list without TF_CONFIG.

    Raises:
        ParamsError: TF_CONFIG is invalid.
    """
    return _read()[0]


def rank() -> int:
    """Return the index of this process among the workers, from 0; 0 if it is the only one.

    Raises:
        ParamsError: TF_CONFIG is invalid.
    """
    return _read()[1]


def is_writer() -> bool:
    """Report whether this process writes the outputs; only the first worker does.

    Raises:
        ParamsError: TF_CONFIG is invalid.
    """
    return rank() == 0


def _read() -> tuple[list[str], int]:
    text = os.environ.get("TF_CONFIG")
    if not text:
        return [], 0
    try:
        config = json_files.parse_object(text.encode())
        workers = [str(address) for address in config["cluster"]["worker"]]
        kind, index = config["task"]["type"], int(config["task"]["index"])
    except (ValueError, TypeError, KeyError) as error:
        raise ParamsError(f"TF_CONFIG: found {shorten(text)}, {_EXPECTED}") from error
    if kind != "worker" or set(config["cluster"]) != {"worker"} or not 0 <= index < len(workers):
        raise ParamsError(f"TF_CONFIG: found {shorten(text)}, {_EXPECTED}")
    return workers, index
