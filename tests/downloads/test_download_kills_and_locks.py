import errno
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from tests.downloads.example_downloads import CONTENT, SHA256, fetch, files_in, remote_file
from tests.downloads.misbehaving_server import Served

PROGRAM = """
import sys
from pathlib import Path
from latentmaps.downloads import download
url, size, sha256, folder = sys.argv[1:]
file = download.RemoteFile("faces.zip", (url,), 10**6, size_bytes=int(size), sha256=sha256)
download.fetch(file, Path(folder))
"""


def _start_fetch(server: Served, path: str, folder: Path, **options: Any) -> subprocess.Popen[str]:
    arguments = [server.url(path), str(len(CONTENT)), SHA256, str(folder)]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.mark.slow
def test_a_full_disk_is_an_os_error_and_leaves_no_wrong_file(
    server: Served, tmp_path: Path
) -> None:
    resource = pytest.importorskip("resource")
    limit = (50_000, 50_000)  # a writer that fails as on a full disk

    process = _start_fetch(
        server,
        "good",
        tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )
    _, errors = process.communicate()

    assert process.returncode == 1
    assert os.strerror(errno.EFBIG) in errors
    assert files_in(tmp_path) == {"faces.zip.part"}
    fetch(remote_file(server, "good"), tmp_path)
    assert (tmp_path / "faces.zip").read_bytes() == CONTENT


@pytest.mark.slow
def test_a_killed_download_is_resumed(server: Served, tmp_path: Path) -> None:
    process = _start_fetch(server, "throttled", tmp_path)
    part = tmp_path / "faces.zip.part"
    while not part.exists() or part.stat().st_size < 8192:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    begun_bytes = part.stat().st_size
    assert files_in(tmp_path) == {"faces.zip.part"}

    fetch(remote_file(server, "throttled"), tmp_path)

    assert server.ranges["throttled"] == [None, f"bytes={begun_bytes}-"]
    assert (tmp_path / "faces.zip").read_bytes() == CONTENT


@pytest.mark.slow
def test_one_of_two_concurrent_downloads_waits_for_the_other(
    server: Served, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = _start_fetch(server, "throttled", tmp_path)
    while "throttled" not in server.ranges:
        time.sleep(0.01)

    with caplog.at_level(logging.INFO):
        fetch(remote_file(server, "throttled"), tmp_path)

    assert first.wait() == 0
    first.communicate()
    assert server.ranges["throttled"] == [None]
    assert caplog.messages == [
        f"Waiting for another process that downloads {tmp_path / 'faces.zip'}",
        f"Found {tmp_path / 'faces.zip'}",
    ]


def test_threads_wait_for_each_other_too(server: Served, tmp_path: Path) -> None:
    threads = [
        threading.Thread(target=fetch, args=(remote_file(server, "good"), tmp_path))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert server.ranges["good"] == [None]
