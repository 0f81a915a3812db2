"""An entity of a description in, SQL that fills its canonical columns from a record out.

Paths and words come from descriptions, which are part of the project; nothing of a file or of cx.yml becomes SQL.
DuckDB reads a record once for all paths: asking for each by itself would parse it as often.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ingestion.vendors.description import Answers, Column, Deleted, Entity, Params, column_named

# Digits after the decimal point of currencies that have not two (ISO 4217).
_NO_DIGITS: Final = (
    *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"),
)
_THREE_DIGITS: Final = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
# Between the choices of one answer; survey_codebook.csv names it as the question's `separator`.
CHOICE_SEPARATOR: Final = "; "
_CLOCKS: Final = {"unix": 1_000_000, "unix_ms": 1_000, "unix_us": 1}
_NOT_DELETED: Final = ("false", "0", "no", "")


@dataclass
class Lifting:
    """How the columns of a raw table follow from the records of `staged`.

    Attributes:
        added: SQL of the columns that a record is taken apart into, for a view over `staged`.
        values: own column of the raw table -> expression over that view.
        parameters: named parameters of these expressions.
    """

    added: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, object] = field(default_factory=dict)


class _Parts:
    """The places of JSON records that are asked for, each once."""

    def __init__(self, params: Params | None, packed: Sequence[str] = ()) -> None:
        self._paths: dict[str, int] = {}
        self._params = params
        self._packed = packed

    def text(self, path: str) -> str:
        """The value at a path as text."""
        return f"found[{self._paths.setdefault(path, len(self._paths) + 1)}]"

    def param(self, name: str) -> str:
        """The value of a parameter as text."""
        assert self._params is not None
        item = f"param_items[list_position(param_keys, {_literal(name)})]"
        texts = f"json_extract_string({item}, {_paths(self._params.value)})"
        return f"list_filter({texts}, lambda one: one is not null)[1]"

    @property
    def added(self) -> dict[str, str]:
        """What the view has besides. A rejected record is not taken apart."""
        parts = {"record": f"case when disposition = 'loaded' then {_unpacked(self._packed)} end"}
        if self._paths:
            parts["found"] = f"json_extract_string(record, {_paths(tuple(self._paths))})"
        if self._params is not None:
            parts["param_items"] = f"json_extract(record, {_literal(self._params.items)})"
            key = _literal(self._params.key)
            parts["param_keys"] = f"list_transform(param_items, lambda one: json_extract_string(one, {key}))"
        return parts


def lift_json(entity: Entity, columns: Sequence[str]) -> Lifting:
    """SQL over JSON records.

    Args:
        entity: of a description.
        columns: own columns of the raw table.
    """
    parts = _Parts(entity.params, entity.packed)
    lifting = Lifting(values=dict.fromkeys(columns, "null::varchar"))
    for name, column in entity.columns.items():
        found = [parts.text(path) for path in column.path] + ([parts.param(column.param)] if column.param else [])
        _fill(lifting, name, column, found, parts.text)
    if entity.deleted is not None and "is_deleted" in columns:
        lifting.values["is_deleted"] = _is_deleted(entity.deleted, parts.text(entity.deleted.path))
    lifting.values["_record"] = "payload" if entity.packed else "record"
    if "_row" in columns:
        lifting.values["_row"] = _answers() if entity.answers else _object(entity.attributes)
        lifting.values["_canonical"] = "'{}'"
    lifting.added = parts.added | (_answer_parts(entity.answers) if entity.answers else {})
    return lifting


def _unpacked(packed: Sequence[str]) -> str:
    """The record with the objects that were written as text in the places of these texts."""
    if not packed:
        return "payload"
    are_texts, patches = [], []
    for key in packed:
        path = _literal(f'$."{key}"')
        text = f"json_extract_string(payload, {path})"
        is_text = f"json_type(payload, {path}) = 'VARCHAR' and try(json_type({text})) = 'OBJECT'"
        are_texts.append(f"({is_text})")
        patches.append(f"case when {is_text} then json_object({_literal(key)}, {text}::json) else '{{}}'::json end")
    merged = f"json_merge_patch(payload::json, {', '.join(patches)})::varchar"
    return f"case when {' or '.join(are_texts)} then {merged} else payload end"


def _fill(lifting: Lifting, name: str, column: Column, found: Sequence[str], text_of: Callable[[str], str]) -> None:
    """Add the expression of one column, and its parameters.

    Args:
        found: expressions of the places where it may be, as text.
        text_of: a path in, the expression of its value out.
    """
    if column.constant is not None:
        lifting.values[name] = f"$constant_{name}::varchar"
        lifting.parameters[f"constant_{name}"] = column.constant
        return
    trimmed = [f"nullif(trim({one}), '')" for one in (*found, *([f"({column.sql})"] if column.sql else []))]
    value = trimmed[0] if len(trimmed) == 1 else f"coalesce({', '.join(trimmed)})"
    if column.words:
        at = f"list_position($words_{name}::varchar[], lower({value}))"
        meant = f"nullif(($meant_{name}::varchar[])[{at}], '')"
        value = f"case when {at} > 0 then {meant}{'' if column.only_words else f' else {value}'} end"
        lifting.parameters[f"words_{name}"] = [word.lower() for word in column.words]
        lifting.parameters[f"meant_{name}"] = list(column.words.values())
    if column.clock is not None:
        value = _time(value, column.clock, column.zone)
    if column.minor_units_of is not None:
        value = _major_units(value, text_of(column.minor_units_of))
    lifting.values[name] = value


def _time(value: str, clock: str, zone: str | None) -> str:
    """A time in ISO form; what cannot be read stays as it is, so that staging says so."""
    if clock in _CLOCKS:
        microseconds = f"try_cast(try_cast({value} as decimal(32, 6)) * {_CLOCKS[clock]} as bigint)"
        time = f"strftime(try(make_timestamp({microseconds})), '%Y-%m-%dT%H:%M:%S.%fZ')"
    else:
        mark = "Z" if zone else ""
        time = f"strftime(try_strptime({value}, {_literal(clock)}), '%Y-%m-%dT%H:%M:%S.%f{mark}')"
    return f"coalesce({time}, {value})"


def _major_units(value: str, currency: str) -> str:
    """An amount of 1234 cents as 12.34; anything but a whole number stays as it is."""
    none, three = (", ".join(map(_literal, one)) for one in (_NO_DIGITS, _THREE_DIGITS))
    code = f"upper({currency})"
    divisor = f"case when {code} in ({none}) then 1 when {code} in ({three}) then 1000 else 100 end"
    whole = f"try_cast({value} as bigint)"
    return f"coalesce(cast(cast({whole} as decimal(24, 3)) / {divisor} as decimal(24, 3))::varchar, {value})"


def _is_deleted(deleted: Deleted, text: str) -> str:
    words = deleted.values or _NOT_DELETED
    listed = ", ".join(_literal(word.lower()) for word in words)
    said = f"lower(trim({text}))"
    return f"case when {said} {'in' if deleted.values else 'not in'} ({listed}) then 'true' end"


def _object(path: str) -> str:
    """The object at a path as JSON text; an empty one where there is none."""
    found = f"json_extract(record, {_literal(path)})"
    return f"case when json_type({found}) = 'OBJECT' then {found}::varchar else '{{}}' end"


def _answer_parts(answers: Answers) -> dict[str, str]:
    """Columns of the view for the answers of a record: pairs of question and answer, and the questions."""
    if answers.items is not None:
        items = f"json_extract(record, {_literal(answers.items)})"
        question = _first([_text_at("item", path) for path in answers.question])
        inside = "item"
    else:
        fields = f"json_extract(record, {_literal(answers.fields or '$')})"
        items = f"list_zip(json_keys({fields}), json_extract({fields}, '$.*'))"
        question, inside = "item[1]", "item[2]"
    value = _first([_text_at(inside, path) for path in answers.value])
    pairs = f"list_transform({items}, lambda item: {{'question': {question}, 'answer': {value}}})"
    stated = "lambda pair: pair.question is not null and pair.answer is not null"
    return {
        "answer_pairs": f"list_filter({pairs}, {stated})",
        "questions": "list_sort(list_distinct(list_transform(answer_pairs, lambda pair: pair.question)))",
    }


def _answers() -> str:
    """Question -> answer as JSON text. Several answers to one question are its choices."""
    of_question = "list_filter(answer_pairs, lambda pair: pair.question = asked)"
    choices = f"array_to_string(list_transform({of_question}, lambda pair: pair.answer), {_literal(CHOICE_SEPARATOR)})"
    return f"coalesce(to_json(map(questions, list_transform(questions, lambda asked: {choices})))::varchar, '{{}}')"


def _text_at(item: str, path: str) -> str:
    """The value at a path inside an item as text; choices joined."""
    every = path if "[*]" in path else f"{path}[*]"
    choices = f"json_extract_string({item}, {_literal(every)})"
    joined = f"nullif(array_to_string({choices}, {_literal(CHOICE_SEPARATOR)}), '')"
    if "[*]" in path:
        return joined
    text = f"nullif(json_extract_string({item}, {_literal(path)}), '')"
    return f"case when json_type({item}, {_literal(path)}) = 'ARRAY' then {joined} else {text} end"


def _first(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"


def _paths(paths: Sequence[str]) -> str:
    return f"[{', '.join(map(_literal, paths))}]"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def lift_cells(entity: Entity, cells: Mapping[str, str], columns: Sequence[str]) -> Lifting:
    """SQL over the cells of a delimited file.

    Args:
        entity: of a description; its path `$.Name` is the column `Name`.
        cells: name of a column -> expression of its cell.
        columns: own columns of the raw table.
    """
    lifting = Lifting(values=dict.fromkeys(columns, "null::varchar"))

    def text_of(path: str) -> str:
        return cells.get(column_named(path), "null::varchar")

    taken: dict[str, str] = {}
    for name, column in entity.columns.items():
        there = [one for one in map(column_named, column.path) if one in cells]
        if there or column.constant or column.sql:
            _fill(lifting, name, column, [cells[one] for one in there], text_of)
            taken |= {f"{name}{nth or ''}": one for nth, one in enumerate(there)}
    if entity.deleted is not None and "is_deleted" in columns:
        lifting.values["is_deleted"] = _is_deleted(entity.deleted, text_of(entity.deleted.path))
    if "_canonical" in columns:
        # Staging has to separate questions and attributes from the columns that canonical ones were read from.
        lifting.values["_canonical"] = "$canonical::varchar"
        lifting.parameters["canonical"] = json.dumps(taken)
    return lifting
