import math
from pathlib import Path

import pytest
import yaml
from dvc.utils.serialize import parse_yaml

from latentmaps.params import yaml12


@pytest.mark.parametrize(
    "text",
    [
        "1e-05", "1E+3", "-2.5e-3", "1.", ".5", "+3", "010", "0o10", "0x1F", "3", "3.0",
        "no", "yes", "on", "true", "False", "null", "~", "''", "1_000", "1:30", "abc",
        "2026-01-01 ", "[1e-3, 2, no]", "{a: 1e5}", ".inf", "-.inf", "1e", "e5", ".",
    ],
)  # fmt: skip
def test_reads_a_value_as_dvc_does(text: str) -> None:
    ours = yaml12.load(f"key: {text}")
    theirs = parse_yaml(f"key: {text}", "params.yaml", typ="safe")
    if text == "2026-01-01 ":  # the core schema has no dates
        assert ours == {"key": "2026-01-01"}
    else:
        assert ours == theirs
        assert type(ours["key"]) is type(theirs["key"])


def test_reads_not_a_number() -> None:
    assert math.isnan(yaml12.load(".nan"))


def test_refuses_a_duplicate_key() -> None:
    with pytest.raises(yaml.YAMLError, match="'fact' occurs twice"):
        yaml12.load("fact: 1\nfact: 2\n")


@pytest.mark.parametrize(
    "text", ["a: !!int abc", "a: !!float abc", "? [a, b]\n: 1", "a: " + "9" * 5000]
)
def test_invalid_nodes_are_yaml_errors(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        yaml12.load(text)


def test_leaves_pyyamls_own_loader_unchanged() -> None:
    assert yaml.safe_load("no") is False


def test_reads_params_yaml_of_the_repository_as_dvc_does(root: Path) -> None:
    text = (root / "params.yaml").read_text(encoding="utf-8")
    assert yaml12.load(text) == parse_yaml(text, "params.yaml", typ="safe")
