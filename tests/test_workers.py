import json

import pytest

from latentmaps import workers
from latentmaps.errors import ParamsError


def set_config(monkeypatch: pytest.MonkeyPatch, index: object, kind: str = "worker") -> None:
    cluster = {kind: ["one:1", "two:2"]}
    config = {"cluster": cluster, "task": {"type": kind, "index": index}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))


def test_without_tf_config_a_process_is_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert (workers.addresses(), workers.rank(), workers.is_writer()) == ([], 0, True)


@pytest.mark.parametrize("index", [0, 1])
def test_the_first_of_a_cluster_writes(monkeypatch: pytest.MonkeyPatch, index: int) -> None:
    set_config(monkeypatch, index)
    assert workers.addresses() == ["one:1", "two:2"]
    assert workers.rank() == index
    assert workers.is_writer() == (index == 0)


@pytest.mark.parametrize("index", [2, -1, "x", None])
def test_an_index_outside_the_cluster_is_refused(
    monkeypatch: pytest.MonkeyPatch, index: object
) -> None:
    set_config(monkeypatch, index)
    with pytest.raises(ParamsError, match=r"TF_CONFIG: found .*expected"):
        workers.rank()


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"cluster": {}}', "[" * 100_000, '{"task": {"index": 1e999}}']
)
def test_an_invalid_tf_config_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(ParamsError, match="TF_CONFIG: found") as caught:
        workers.addresses()
    assert len(str(caught.value)) < 400


def test_other_kinds_of_tasks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    set_config(monkeypatch, 0, kind="ps")
    with pytest.raises(ParamsError, match="TF_CONFIG"):
        workers.rank()
