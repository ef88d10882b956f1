"""The directive ``hand-calculation``: the build fails if a number is wrong.

``{hand-calculation} STAGE`` (or ``output.FIELD``)
    the lines that :mod:`hand_calculations` reads. Every element of the stage must be there, each calculation
    must give its result, and the reference must compute the same.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from hand_calculations import CHAPTER, WorkedEpochError, check, read_calculations, worked_result
from rules import table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class HandCalculations(SphinxDirective):
    """The hand calculation of one stage, checked."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        stage = self.arguments[0]
        self.env.note_dependency(str(Path(self.env.srcdir) / f"{CHAPTER}.json"))
        try:
            calculations = read_calculations(self.content)
            check(stage, calculations, worked_result(Path(self.env.srcdir)))
        except (WorkedEpochError, ValueError) as error:
            raise self.error(str(error)) from error
        rows = [
            [
                self.parse_inline(f"${by_hand.symbol}$")[0],
                [nodes.literal("", _spaced(by_hand.calculation))],
                [nodes.literal("", str(by_hand.result))],
            ]
            for by_hand in calculations
        ]
        caption = nodes.paragraph(
            "",
            "",
            nodes.Text("Stage "),
            nodes.literal("", stage),
            nodes.Text(": by hand, and equal to the reference"),
            classes=["hand-calculation-title"],
        )
        contents = [caption, table(["", "calculation", "raw"], rows)]
        return [nodes.container("", *contents, classes=["hand-calculation", "wide-table"])]


def _spaced(calculation: str) -> str:
    return re.sub(r"\s*(//|[-+*])\s*", r" \1 ", calculation).replace("//", "÷").replace("*", "·")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("hand-calculation", HandCalculations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
