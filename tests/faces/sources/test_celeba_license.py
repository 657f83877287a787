import io
import logging
import sys

import pytest

from latentmaps.errors import ParamsError
from latentmaps.faces.sources import celeba_license


class Terminal(io.StringIO):
    """A standard input that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_the_terms_are_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    celeba_license.require_acceptance(is_accepted=True)

    assert "non-commercial research purposes only" in caplog.text


def test_yes_at_a_terminal_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("yes\n"))

    receipt = celeba_license.require_acceptance(is_accepted=False)

    assert receipt["license_accepted_by"] == "an answer at the terminal"


@pytest.mark.parametrize("stdin", [Terminal("no\n"), Terminal(""), io.StringIO("yes\n")])
def test_any_other_answer_is_not_an_agreement(
    stdin: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)

    with pytest.raises(ParamsError, match="accept_license: found false, expected true"):
        celeba_license.require_acceptance(is_accepted=False)
