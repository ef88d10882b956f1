"""Files of time series: CSV, or Parquet with a type for each column.

A part of a run is a file of its own; at the end the parts of a series become one file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from taospec.conformance.simulation.series import COLUMNS, Row
from taospec.conformance.vector_file import write_atomically
from taospec.reference.invalid_input import InvalidInputError

TEXTS: Final = frozenset({"group"})
"""Columns of names."""
REALS: Final = frozenset({"price", "moving_price", "miner_burned"})
"""Columns of real numbers; the others are integers from 0 to 2**64 - 1."""


class SeriesFiles(Protocol):
    """How rows of a series become files."""

    suffix: str
    """Ending of the files, without a dot."""

    def write_part(self, path: Path, name: str, rows: Sequence[Row], *, first: bool) -> None:
        """Write some rows to a new file, whole or not at all; ``first`` if no rows come before them."""

    def join(self, path: Path, name: str, parts: Sequence[Path]) -> None:
        """Write the rows of all parts to one file, whole or not at all."""

    def rows(self, path: Path) -> Iterator[dict[str, Any]]:
        """The rows of a file, by column."""


class CsvFiles:
    """Comma-separated values; the first part has the heading."""

    suffix = "csv"

    def write_part(self, path: Path, name: str, rows: Sequence[Row], *, first: bool) -> None:
        """Write rows."""
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows([COLUMNS[name], *rows] if first else rows)
        write_atomically(path, text.getvalue().encode())

    def join(self, path: Path, name: str, parts: Sequence[Path]) -> None:
        """Write all rows."""
        write_atomically(path, b"".join(part.read_bytes() for part in parts))

    def rows(self, path: Path) -> Iterator[dict[str, Any]]:
        """The rows, all values as texts."""
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


class ParquetFiles:
    """Apache Parquet; needs pyarrow.

    Raises:
        InvalidInputError: pyarrow is not installed.
    """

    suffix = "parquet"

    def __init__(self) -> None:
        try:
            import pyarrow
            import pyarrow.parquet
        except ModuleNotFoundError as error:
            raise InvalidInputError(
                "--format", "parquet", f"needs the extra 'simulation' ({error})"
            ) from None
        self._arrow: Any = pyarrow

    def write_part(self, path: Path, name: str, rows: Sequence[Row], *, first: bool) -> None:
        """Write rows with their types, also if there are none.

        Raises:
            InvalidInputError: an integer is beyond 64 bits.
        """
        arrow, schema = self._arrow, self._schema(name)
        columns = zip(*rows, strict=True) if rows else [() for _ in schema]
        arrays = []
        for field, column in zip(schema, columns, strict=True):
            try:
                arrays.append(arrow.array(column, field.type))
            except (OverflowError, arrow.ArrowInvalid) as error:
                raise InvalidInputError(f"{name}.{field.name}", max(column), str(error)) from None
        self._write(path, arrow.Table.from_arrays(arrays, schema=schema))

    def join(self, path: Path, name: str, parts: Sequence[Path]) -> None:
        """Write all rows."""
        tables = [self._arrow.parquet.read_table(part, schema=self._schema(name)) for part in parts]
        self._write(path, self._arrow.concat_tables(tables).combine_chunks())

    def rows(self, path: Path) -> Iterator[dict[str, Any]]:
        """The rows, values of their types."""
        yield from self._arrow.parquet.read_table(path).to_pylist()

    def _schema(self, name: str) -> Any:
        arrow = self._arrow
        kinds = {**dict.fromkeys(TEXTS, arrow.string()), **dict.fromkeys(REALS, arrow.float64())}
        return arrow.schema(
            [(column, kinds.get(column, arrow.uint64())) for column in COLUMNS[name]],
        )

    def _write(self, path: Path, table: Any) -> None:
        sink = self._arrow.BufferOutputStream()
        self._arrow.parquet.write_table(table, sink)
        write_atomically(path, sink.getvalue().to_pybytes())


FORMATS: Final[Mapping[str, Callable[[], SeriesFiles]]] = {"csv": CsvFiles, "parquet": ParquetFiles}
"""By their name on the command line."""
