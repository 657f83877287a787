import json
from pathlib import Path

import pytest

from latentmaps.errors import DataError
from latentmaps.faces.dataset import receipts


def write(folder: Path, content: object) -> Path:
    path = folder / "receipt.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_drawn_faces_need_no_note(tmp_path: Path) -> None:
    assert receipts.sharing_note(write(tmp_path, {"source": "avatars"})) == ""


def test_real_faces_must_not_be_redistributed(tmp_path: Path) -> None:
    note = receipts.sharing_note(write(tmp_path, {"source": "celeba"}))
    assert "CelebA" in note
    assert "must not be passed on" in note


def test_the_users_own_faces_ask_whose_they_are(tmp_path: Path) -> None:
    assert "whose they are" in receipts.sharing_note(write(tmp_path, {"source": "folder"}))


@pytest.mark.parametrize("content", [{"source": "web"}, {}, [], "text", {"source": []}])
def test_another_file_is_refused(tmp_path: Path, content: object) -> None:
    with pytest.raises(DataError, match=r"receipt\.json: .*run fetch_faces again"):
        receipts.sharing_note(write(tmp_path, content))


def test_a_missing_receipt_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"receipt\.json: no such file; run fetch_faces"):
        receipts.sharing_note(tmp_path / "receipt.json")


@pytest.mark.parametrize("text", ["[" * 100_000, '{"source": "' + "x" * 5_000 + '"}', "9" * 5_000])
def test_an_invalid_receipt_is_refused_in_a_short_message(tmp_path: Path, text: str) -> None:
    (tmp_path / "receipt.json").write_text(text)
    with pytest.raises(DataError, match=r"receipt\.json: .*; run fetch_faces again") as raised:
        receipts.sharing_note(tmp_path / "receipt.json")
    assert len(str(raised.value)) < 700
