"""What a description says of an entity: the form of its files, its rows, and where in a record their columns are."""

from __future__ import annotations

from typing import Any, Final, Literal, Self

from pydantic import field_validator, model_validator

from ingestion.vendors.columns import Answers, Column, Condition, Deleted, Params
from ingestion.vendors.paths import FIRST_KEY, KEY, PATH_IN_SQL, a_list, column_named, names_in
from workspace.configuration.sources import Section

_SPANNED_ROWS: Final = 2


class Reads(Section):
    """What a file of the vendor is.

    Attributes:
        container: `json` (documents, pages of an API, or JSON lines), `parquet` or `delimited`.
        collection: of a document, the key of the list that holds the records.
        included: of a JSON:API document, the key of the list of what its records are related to; a record then has
            these as `$._included.<relationship>`.
        typical_keys: a JSON record, or a header, with none of them is another vendor's.
        delimiter: of a delimited file; cx.yml may say another.
        header_rows: rows of its header.
        names: its columns where it has no header.
        beneath: of two header rows where a question stands over the first of its columns only: what the second has
            where an answer has no name of its own, such as `Response`.
        quoted: false where a quote is a character like any other.
        named_by: of a header whose last row has a JSON object a cell, the key of it that names the column.
        zone: the key of these objects that says in which zone the file's times are; `$._timezone` of every row.
        export: how a person exports such a file, said where one cannot be read.
    """

    container: Literal["json", "parquet", "delimited"]
    collection: str = "data"
    included: str | None = None
    typical_keys: tuple[str, ...] = ()
    delimiter: str = ","
    header_rows: int = 1
    names: tuple[str, ...] = ()
    beneath: tuple[str, ...] = ()
    quoted: bool = True
    named_by: str | None = None
    zone: str | None = None
    export: str | None = None

    @model_validator(mode="after")
    def _spans_two_rows(self) -> Self:
        if self.beneath and self.header_rows != _SPANNED_ROWS:
            raise ValueError(f"'beneath' goes with 'header_rows: {_SPANNED_ROWS}'")
        return self


class Row(Section):
    """A row that a record becomes.

    Attributes:
        columns: canonical column -> where it is.
        each: path of a list such as `$.refunds[*]`, each item of which is a row; the record itself is one where it is
            not said.
        when: there is a row only where all of this holds, such as a charge that was paid.
    """

    columns: dict[str, Column]
    each: str | None = None
    when: tuple[Condition, ...] = ()

    @field_validator("each")
    @classmethod
    def _are_items(cls, value: str | None) -> str | None:
        return value if value is None else a_list(value)

    @field_validator("when", mode="before")
    @classmethod
    def _one_or_several_conditions(cls, value: Any) -> Any:
        return value if isinstance(value, list | tuple) else (value,)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that is read for it."""
        conditions = (path for one in self.when for path in one.paths)
        columns = (path for column in self.columns.values() for path in column.paths)
        return (*([self.each] if self.each else ()), *conditions, *columns)

    @model_validator(mode="after")
    def _has_items_for_its_paths(self) -> Self:
        inside = [path for path in self.paths if path.startswith("@")]
        if inside and self.each is None:
            raise ValueError(f"'{inside[0]}' is inside an item of 'each', which is not there")
        return self


class Entity(Row):
    """One entity of a vendor, such as its contacts.

    A record is a row, unless `each`, `when` or `rows` say otherwise: an order with two refunds is three rows. The first
    row of a record has its line of the file; the n-th after it has n * 10^12 more, so that file and line still name one
    row, and the record's line can be read off. The books count records: `loaded` are records with a row, `further_rows`
    those beyond the first, and a record of which no row is made is skipped.

    Attributes:
        reads: forms of its files, where they differ from the vendor's.
        rows: rows that a record becomes besides, in JSON.
        deleted: where a record says that it is deleted.
        attributes: path of the object whose values are attributes of people or accounts; the whole record where it is
            not said.
        answers: where a survey's answers are.
        timezone: path of the zone of a response's times, where the file says it; it outranks the source's.
        response: path of what names a response, where a later row with it is the same one, whatever it is about.
        params: a list of keys and values that columns name entries of.
        packed: keys of objects that some exports write as JSON text; paths lead into them either way.
    """

    reads: tuple[Reads, ...] = ()
    rows: tuple[Row, ...] = ()
    deleted: Deleted | None = None
    attributes: str = "$"
    answers: Answers | None = None
    timezone: str | None = None
    response: str | None = None
    params: Params | None = None
    packed: tuple[str, ...] = ()

    @property
    def all_rows(self) -> tuple[Row, ...]:
        """Every kind of row that a record becomes."""
        return (self, *self.rows)

    @property
    def has_own_rows(self) -> bool:
        """Whether rows are anything but the records."""
        return bool(self.each or self.when or self.rows)

    @property
    def keys(self) -> frozenset[str]:
        """Keys of a record, and columns of a file, that the description names."""
        paths = [*self._canonical_paths, self.attributes]
        paths += [self.params.items] if self.params else []
        if self.answers:
            paths += [one for one in (self.answers.items, self.answers.fields) if one]
            paths += [path for of_question in self.answers.named.values() for path in of_question]
        own = self.answers.without if self.answers else ()
        return frozenset((*own, *(found for path in paths for found in names_in(path))))

    @property
    def record_keys(self) -> frozenset[str]:
        """Keys of a record that paths begin with, those inside expressions included."""
        conditions = [one for row in self.all_rows for one in row.when]
        conditions += [column.when for row in self.all_rows for column in row.columns.values() if column.when]
        conditions += [self.deleted] if self.deleted else []
        inside = (found[0] for one in conditions for found in PATH_IN_SQL.finditer(one.sql or ""))
        paths = [*self._canonical_paths, *inside, self.attributes, *([self.params.items] if self.params else [])]
        if self.answers:
            paths += [one for one in (self.answers.items, self.answers.fields) if one]
            paths += [path for of_question in self.answers.named.values() for path in of_question]
        return frozenset((*self.packed, *(key for path in paths for key in self.first_keys(path))))

    @staticmethod
    def first_keys(path: str) -> tuple[str, ...]:
        """The key of a record that a path begins with; none of the record itself, and of an item."""
        first = FIRST_KEY.match(path)
        return (first[1] or first[2],) if first else ()

    @property
    def taken(self) -> frozenset[str]:
        """Columns of a delimited file that canonical columns are read from."""
        return frozenset(map(column_named, self._canonical_paths))

    def asks(self, name: str) -> bool:
        """Whether a column of a survey's delimited file is a question."""
        left_out = self.answers.left_out if self.answers else None
        return name not in self.taken and (left_out is None or not left_out.fullmatch(name))

    @property
    def taken_fields(self) -> frozenset[str]:
        """Keys of the answers' `fields` that canonical columns are read from."""
        inside = f"{self.answers.fields}." if self.answers and self.answers.fields else None
        below = (path.removeprefix(inside) for path in self._canonical_paths if inside and path.startswith(inside))
        return frozenset(key.strip('"') for key in below if KEY.fullmatch(key))

    @property
    def _canonical_paths(self) -> list[str]:
        paths = [path for row in self.all_rows for path in row.paths]
        paths += [one for one in (self.timezone, self.response) if one]
        return [*paths, *self.deleted.paths] if self.deleted else paths

    @property
    def taken_attributes(self) -> tuple[str, ...]:
        """Keys of the object of attributes that canonical columns are read from, which are not attributes."""
        paths = [*self.paths, *(self.deleted.paths if self.deleted else ())]
        inside = [f"${path.removeprefix(self.attributes)}" for path in paths if path.startswith(f"{self.attributes}.")]
        return tuple(sorted({first[1] or first[2] for first in map(FIRST_KEY.match, inside) if first}))

    @field_validator("reads", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return [value] if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _params_are_there(self) -> Self:
        named = [name for row in self.all_rows for name, column in row.columns.items() if column.is_param]
        if named and self.params is None:
            raise ValueError(f"columns {', '.join(named)} name entries of 'params', which is not there")
        return self

    @model_validator(mode="after")
    def _an_answer_belongs_to_one_row(self) -> Self:
        if self.answers is not None and self.has_own_rows:
            raise ValueError("'answers' are those of a record: 'each', 'when' and 'rows' do not go with them")
        return self
