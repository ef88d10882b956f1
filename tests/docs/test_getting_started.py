"""What the first page of the documentation shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "getting_started.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ANSWER = re.compile(r"^(?P<expression>[a-z][\w.()\[\]\"-]*)  # (?P<answer>.*)$", re.MULTILINE)


@pytest.mark.parametrize("block", BLOCKS, ids=["epoch", "quote", "block", "fixed point"])
def test_the_code_of_getting_started_answers_what_stands_beside_it(
    block: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    exec(block, names)
    answers = ANSWER.findall(block)
    assert len(answers) == block.count("  # ")
    for expression, answer in answers:
        assert repr(eval(expression, names)) == answer
