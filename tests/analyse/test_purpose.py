"""Restricted outputs stay off until a purpose is declared, before any net is looked for."""

from __future__ import annotations

import pytest

from vultus import registry
from vultus.analyse.purpose import require_purpose
from vultus.errors import PolicyError


@pytest.mark.parametrize("purpose", ["", " ", "research"])
def test_no_words_no_output(purpose: str) -> None:
    with pytest.raises(PolicyError, match="purpose"):
        require_purpose(purpose, "expression")


def test_a_purpose_in_words_is_enough_and_other_outputs_need_none() -> None:
    require_purpose("audit of group gaps", "perceived_female")
    require_purpose("", "age_years")


@pytest.mark.parametrize("name", ["analyse/gender", "analyse/expression"])
def test_methods_refuse_by_default_even_without_their_weights(name: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VULTUS_MODELS", str(tmp_path))
    with pytest.raises(PolicyError):
        registry.build(name).analyse([], [])
