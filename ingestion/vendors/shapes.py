"""A source of cx.yml in, how its files are read and where they land out. A new vendor adds one line here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Final

from ingestion.raw_schema import RAW_TABLES
from ingestion.readers.vendor import Reader, Shape
from ingestion.vendors.crm import csv as crm_csv
from ingestion.vendors.described import DescribedReader
from ingestion.vendors.description import description
from ingestion.vendors.entity import Entity
from ingestion.vendors.lifting import LIFTING_VERSION
from ingestion.vendors.service import csv as service_csv
from ingestion.vendors.social import csv as social_csv
from ingestion.vendors.survey import csv as survey_csv
from ingestion.vendors.tables import TableReader
from ingestion.vendors.web import csv as web_csv
from workspace import Source
from workspace.configuration.mappings import MAPPING_FILES, Mappings

READERS: Final[dict[tuple[str, str], Reader]] = {
    ("crm", "csv"): crm_csv.READER,
    ("survey", "csv"): survey_csv.READER,
    ("web", "csv"): web_csv.READER,
    ("service", "csv"): service_csv.READER,
    ("social", "csv"): social_csv.READER,
}

MAPPINGS_SOURCE: Final = "mappings"
MAPPINGS_READER: Final = TableReader()
# Columns by which a tool says that the record of a row is deleted.
DELETIONS: Final[dict[str, tuple[str, ...]]] = {
    "airbyte": ("_ab_cdc_deleted_at",),
    "dlt": (),
    "fivetran": ("_fivetran_deleted",),
}


def reader_of(source: Source) -> Reader:
    """The reader of a source's vendor; cx.yml allows built vendors only."""
    if not source.is_described:
        return READERS[source.kind, source.vendor]
    vendor, entity = description(source.vendor), f"{source.kind}/{source.entity}"
    forms = vendor.reads_of(entity)
    if "delimiter" in source.model_fields_set:
        forms = tuple(form.model_copy(update={"delimiter": source.delimiter}) for form in forms)
    return DescribedReader(entity_of(source), forms, DELETIONS.get(source.landed or "", ()))


def entity_of(source: Source) -> Entity:
    """What a description says of the records of a source."""
    vendor, entity = description(source.vendor), f"{source.kind}/{source.entity}"
    return vendor.landed.fivetran[entity] if source.landed == "fivetran" else vendor.entities[entity]


def shape_of(source: Source, mappings: Mappings) -> Shape:
    """How the files of a source are read, whose names the mappings may speak of."""
    described = entity_of(source) if source.is_described else None
    return Shape(
        source=source.name,
        table=RAW_TABLES[source.raw_table],
        encoding=source.encoding,
        delimiter=source.delimiter,
        has_header=source.header,
        header_rows=source.header_rows,
        required=source.required,
        columns=source.named_columns,
        constants=source.constants,
        words=source.words,
        formats=source.formats,
        named=frozenset((*_named(source, mappings), *(described.keys if described else ()))),
        **(_fingerprints(source) if source.is_described else {}),
    )


def _fingerprints(source: Source) -> dict[str, str]:
    """Of what a description says: of its files, which are read again when that changes, and of where columns are.

    Where a record is a row of its own and JSON, its columns are lifted out of raw again, and no file is read for it.
    A table is there to be read again.
    """
    vendor, entity = description(source.vendor), f"{source.kind}/{source.entity}"
    said = entity_of(source)
    forms = [form.model_dump() for form in vendor.reads_of(entity)]
    columns = [LIFTING_VERSION, said.model_dump()]
    if source.landed is not None:
        return {"described": _hash([*columns, source.landed])}
    if said.has_own_rows or any(form["container"] == "delimited" for form in forms):
        return {"described": _hash([*columns, *forms])}
    return {"described": _hash(forms), "lifted": _hash(columns)}


def _hash(said: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def _named(source: Source, mappings: Mappings) -> Iterator[str]:
    """Questions and attributes that the mappings speak of."""
    for file, data_source, column in (
        ("survey_codebook", "survey_id", "question_id"),
        ("attributes", "data_source", "column"),
    ):
        for row in mappings.rows(file):
            if row.get(data_source, "") in ("", source.name) and row.get(column):
                yield row[column]


def mapping_shapes() -> list[Shape]:
    """One shape a mapping file. `workspace` has validated them already."""
    return [Shape(source=MAPPINGS_SOURCE, table=RAW_TABLES["raw_mappings", name]) for name in MAPPING_FILES]
