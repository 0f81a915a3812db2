"""An entity of a description in, SQL that fills its canonical columns from a record out.

Paths and words come from descriptions, which are part of the project; nothing of a file or of cx.yml becomes SQL.
DuckDB reads a record once for all paths: asking for each by itself would parse it as often.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from ingestion.vendors.columns import Answers, Column, Condition, Params
from ingestion.vendors.entity import Entity, Row
from ingestion.vendors.paths import PATH, column_named
from workspace.configuration.identity import JUNK_IDS

# What lands of the same record changes when this code does: a higher number makes files of described vendors be read
# again.
LIFTING_VERSION: Final = 1
# Digits after the decimal point of currencies that have not two (ISO 4217).
_NO_DIGITS: Final = (
    *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"),
)
_THREE_DIGITS: Final = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
# Between the choices of one answer; survey_codebook.csv names it as the question's `separator`.
CHOICE_SEPARATOR: Final = "; "
_CLOCKS: Final = {"unix": 1_000_000, "unix_ms": 1_000, "unix_us": 1}
_NO: Final = ("false", "0", "no", "")
_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
# Addresses, telephone numbers, and what only looks like one, as in the macro public_word.
_ADDRESS: Final = r"[^\s@]+@[^\s@]+\.[^\s@]+"
_NUMBER: Final = r"\s*(\+|00?)[1-9][0-9 ()/.\x{A0}-]{5,22}[0-9]\s*"
_VERSION: Final = r"\s*0[0-9](\.[0-9]+)+\s*"
# One path of a record that an expression reads.
_READ_ALONE: Final = re.compile(rf"json_extract_string\(record, '({PATH.pattern})'\)")
# A text among those that are found at once.
_FOUND: Final = re.compile(r"found((?:_in_item)?\[[0-9]+\])")
_CLOCK: Final = "[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?"
# A row, or an entity, which is one.
R = TypeVar("R", bound=Row)


@dataclass
class Lifting:
    """How the columns of a raw table follow from the records of `staged`.

    Attributes:
        added: SQL of the columns that a record is taken apart into, for a view over `staged`.
        values: own column of the raw table -> expression over that view.
        parameters: named parameters of these expressions.
        rows: SQL over that view of the list of rows (kind, item) that a record becomes; none where it becomes one.
        of_rows: SQL of the columns that these rows are taken apart into.
        paths: those of `found`, which a reader of `staged` may leave there itself; none where it has to be made of
            what `added` makes of a record.
    """

    added: dict[str, str] = field(default_factory=dict)
    rows: str | None = None
    of_rows: dict[str, str] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, object] = field(default_factory=dict)


class _Parts:
    """The places of JSON records that are asked for, each once."""

    def __init__(self, params: Params | None, packed: Sequence[str] = ()) -> None:
        self._paths: dict[str, int] = {}
        self._item_paths: dict[str, int] = {}
        self._params = params
        self._packed = packed

    def text(self, path: str) -> str:
        """The value at a path as text."""
        if path.startswith("@"):
            inside = _inside(path)
            return f"found_in_item[{self._item_paths.setdefault(inside, len(self._item_paths) + 1)}]"
        return f"found[{self._paths.setdefault(path, len(self._paths) + 1)}]"

    def param(self, name: str) -> str:
        """The value of a parameter as text."""
        assert self._params is not None
        texts = f"params[list_position(param_keys, {_literal(name)})]"
        return f"coalesce({', '.join(f'{texts}[{nth}]' for nth, _ in enumerate(self._params.value, start=2))})"

    def read(self, sql: str) -> str:
        """An expression with the paths that it reads of a record by themselves among those that are read at once."""
        return _READ_ALONE.sub(lambda call: self.text(call[1]), sql)

    def found(self, column: Column) -> list[str]:
        """The places where a column may be, as text."""
        return [*(self.text(path) for path in column.path), *([self.param(column.param)] if column.param else [])]

    @property
    def of_payload(self) -> tuple[str, ...]:
        """Paths of `found` where they are those of the payload as it came."""
        return () if self._packed else tuple(self._paths)

    @property
    def of_rows(self) -> dict[str, str]:
        """What rows of their own have besides."""
        parts = {"item": "a_row.item"}
        if self._item_paths:
            parts["found_in_item"] = f"json_extract_string(a_row.item, {_paths(tuple(self._item_paths))})"
            parts["trimmed_in_item"] = _all_trimmed("found_in_item")
        return parts

    @property
    def added(self) -> dict[str, str]:
        """What the view has besides. A rejected record is not taken apart."""
        parts = {"record": f"case when disposition = 'loaded' then {_unpacked(self._packed)} end"}
        if self._paths:
            parts["found"] = f"json_extract_string(record, {_paths(tuple(self._paths))})"
            parts["trimmed"] = _all_trimmed("found")
        if self._params is not None:
            # Each item is read once: its key, and behind it what may be its value.
            items = f"json_extract(record, {_literal(self._params.items)})"
            paths = _paths((self._params.key, *self._params.value))
            parts["params"] = f"list_transform({items}, lambda one: json_extract_string(one, {paths}))"
            parts["param_keys"] = "list_transform(params, lambda one: one[1])"
        return parts


def lift_json(entity: Entity, columns: Sequence[str], *, deletions: Sequence[str] = ()) -> Lifting:
    """SQL over JSON records.

    Args:
        entity: of a description.
        columns: own columns of the raw table.
        deletions: keys that a tool adds to a record, and by which it says that the record is deleted.
    """
    parts = _Parts(entity.params, entity.packed)
    lifting = Lifting(values=dict.fromkeys(columns, "null::varchar"))
    row = _rewritten(entity, parts.read)
    for name, column in row.columns.items():
        _fill(lifting, name, column, parts.found, parts.text)
    if row.has_own_rows:
        _fill_rows(lifting, row, parts)
    marks = [*([row.deleted] if row.deleted else []), *(Condition(path=f"$.{key}") for key in deletions)]
    if marks and "is_deleted" in columns:
        lifting.values["is_deleted"] = _is_deleted(marks, parts.text)
    lifting.values |= _besides(entity, columns, parts.text)
    lifting.values["_record"] = "payload" if entity.packed else "record"
    if "_row" in columns:
        lifting.values["_row"] = _answers_of(entity) if entity.answers else _object(entity.attributes)
        lifting.values["_canonical"] = "$canonical::varchar"
        taken = () if entity.answers else (*entity.taken_attributes, *deletions)
        lifting.parameters["canonical"] = json.dumps({key: key for key in taken})
    lifting.added = parts.added | (_answer_parts(entity) if entity.answers and not entity.answers.are_cells else {})
    lifting.paths = parts.of_payload
    return lifting


def _besides(entity: Entity, columns: Sequence[str], text_of: Callable[[str], str]) -> dict[str, str]:
    """What a survey's rows hold besides canonical columns."""
    named = {"_timezone": entity.timezone, "_response": entity.response}
    return {name: _trimmed(text_of(path)) for name, path in named.items() if path and name in columns}


def _answers_of(entity: Entity) -> str:
    """Question -> answer as JSON text. Of what was the row of a delimited file, blank cells stay, too."""
    assert entity.answers is not None
    if not entity.answers.are_cells:
        return _answers()
    is_asked = f"cell[1] not in ({', '.join(map(_literal, sorted(entity.taken)))})"
    if entity.answers.left_out is not None:
        is_asked += f" and not regexp_full_match(cell[1], {_literal(entity.answers.left_out.pattern)})"
    cells = "list_zip(json_keys(record), json_extract_string(record, '$.*'))"
    asked = f"list_filter({cells}, lambda cell: {is_asked})"
    pairs = [f"list_transform({asked}, lambda cell: cell[{nth}])" for nth in (1, 2)]
    return f"coalesce(to_json(map({', '.join(pairs)}))::varchar, '{{}}')"


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


def _fill_rows(lifting: Lifting, entity: Entity, parts: _Parts) -> None:
    """Add the list of rows that a record becomes, and of each column what it is in every kind of row."""
    for kind, row in enumerate(entity.rows, start=1):
        for name, column in row.columns.items():
            _fill(lifting, f"{name}_{kind}", column, parts.found, parts.text)
    for name in {name: None for row in entity.all_rows for name in row.columns}:
        of_kinds = {
            kind: lifting.values.pop(f"{name}_{kind}" if kind else name)
            for kind, row in enumerate(entity.all_rows)
            if name in row.columns
        }
        cases = " ".join(f"when {kind} then {value}" for kind, value in of_kinds.items())
        lifting.values[name] = f"case a_row.kind {cases} end"
    lists = ", ".join(_rows_of(kind, row, parts.text) for kind, row in enumerate(entity.all_rows))
    # A record that is rejected stays one row; one without a row is skipped.
    lifting.rows = f"""
        case
            when disposition <> 'loaded' then [{_a_row(0)}]
            when len(list_concat({lists})) = 0 then [{_a_row(-1)}]
            else list_concat({lists})
        end"""
    lifting.of_rows = parts.of_rows


def _rows_of(kind: int, row: Row, text_of: Callable[[str], str]) -> str:
    """The list of rows of one kind that a record becomes."""
    of_record = [_holds(one, text_of) for one in row.when if not (one.path or "").startswith("@")]
    is_any = " and ".join(of_record) or "true"
    if row.each is None:
        return f"case when {is_any} then [{_a_row(kind)}] else [] end"
    of_item = [_holds(one, _text_in_one) for one in row.when if (one.path or "").startswith("@")]
    items = f"json_extract(record, {_literal(row.each)})"
    if of_item:
        items = f"list_filter({items}, lambda one: {' and '.join(of_item)})"
    return f"case when {is_any} then list_transform({items}, lambda one: {_a_row(kind, 'one')}) else [] end"


def _a_row(kind: int, item: str = "null::json") -> str:
    return f"{{'kind': {kind}, 'item': {item}}}"


def _text_in_one(path: str) -> str:
    return f"json_extract_string(one, {_literal(_inside(path))})"


def _inside(path: str) -> str:
    """A path that begins at an item, for the item by itself."""
    return f"${path.removeprefix('@')}"


def _fill(
    lifting: Lifting,
    name: str,
    column: Column,
    found_of: Callable[[Column], list[str]],
    text_of: Callable[[str], str],
) -> None:
    """Add the expression of one column, and its parameters.

    Args:
        found_of: a column in, expressions of the places where it may be out, as text.
        text_of: a path in, the expression of its value out.
    """
    if column.first:
        names = [f"{name}_first_{nth}" for nth, _ in enumerate(column.first)]
        for one, alternative in zip(names, column.first, strict=True):
            _fill(lifting, one, alternative, found_of, text_of)
        lifting.values[name] = f"coalesce({', '.join(lifting.values.pop(one) for one in names)})"
        return
    if column.constant is not None:
        found = [f"$constant_{name}::varchar"]
        lifting.parameters[f"constant_{name}"] = column.constant
    elif column.joined:
        found = [f"concat_ws(' ', {', '.join(_trimmed(text_of(path)) for path in column.joined)})"]
    else:
        found = [*found_of(column), *([f"({column.sql})"] if column.sql else [])]
    # Between parts that are trimmed there is nothing to trim.
    trimmed = [f"nullif({found[0]}, '')"] if column.joined else [_trimmed(one) for one in found]
    value = trimmed[0] if len(trimmed) == 1 else f"coalesce({', '.join(trimmed)})"
    if column.words:
        at = f"list_position($words_{name}::varchar[], lower({value}))"
        meant = f"nullif(($meant_{name}::varchar[])[{at}], '')"
        value = f"case when {at} > 0 then {meant}{'' if column.only_words else f' else {value}'} end"
        lifting.parameters[f"words_{name}"] = [word.lower() for word in column.words]
        lifting.parameters[f"meant_{name}"] = list(column.words.values())
    if column.only_real:
        value = f"case when not list_contains($fillers_{name}::varchar[], lower({value})) then {value} end"
        lifting.parameters[f"fillers_{name}"] = sorted(JUNK_IDS)
    if column.clock is not None:
        value = _time(value, column.clock, column.zone)
    elif column.zone is not None:
        value = _zoned(value)
    if column.minor_units_of is not None:
        value = _major_units(value, text_of(column.minor_units_of), column.minor_digits)
    if column.percent:
        value = f"(try_cast({value} as double) / 100)::varchar"
    if column.template is not None:
        before, _, after = column.template.partition("{}")
        value = f"{_literal(before)} || {_public(value)} || {_literal(after)}"
    if column.when is not None:
        value = f"case when {_holds(column.when, text_of)} then {value} end"
    lifting.values[name] = value


def _public(value: str) -> str:
    """A word as the macro public_word has it: inside a longer text, staging would not see that it is personal."""
    address = f"contains({value}, '@') and regexp_matches({value}, {_literal(_ADDRESS)})"
    version = f"regexp_full_match({value}, {_literal(_VERSION)})"
    number = f"regexp_full_match({value}, {_literal(_NUMBER)}) and not {version}"
    return f"case when {address} or {number} then '(personal)' else {value} end"


def _trimmed(text: str) -> str:
    """The text without blanks around it; null where nothing is left. What was found in a record is trimmed at once."""
    found = _FOUND.fullmatch(text)
    return f"trimmed{found[1]}" if found else _one_trimmed(text)


def _all_trimmed(found: str) -> str:
    """A list of texts, each trimmed. Said by every column, planning takes as long as loading a small file."""
    return f"list_transform({found}, lambda one: {_one_trimmed('one')})"


def _one_trimmed(text: str) -> str:
    """`trim` looks at every character of a text, and few texts have anything to trim.

    One in ASCII that begins behind the blank and does not end with it stays as it is.
    """
    is_trimmed = f"{text} >= '!' and not ends_with({text}, ' ') and strlen({text}) = length({text})"
    return f"case when {is_trimmed} then {text} else nullif(trim({text}), '') end"


def _time(value: str, clock: str, zone: str | None) -> str:
    """A time in ISO form; what cannot be read stays as it is, so that staging says so."""
    if clock in _CLOCKS:
        microseconds = f"try_cast(try_cast({value} as decimal(32, 6)) * {_CLOCKS[clock]} as bigint)"
        time = f"strftime(try(make_timestamp({microseconds})), '%Y-%m-%dT%H:%M:%S.%fZ')"
    else:
        mark = "Z" if zone else ""
        read = f"try_strptime({value}, {_literal(clock)})"
        if "%-" in clock:
            # Days and months without a leading zero say whose order of them it is; those with one may be another's.
            read = f"case when strftime({read}, {_literal(clock)}) = {value} then {read} end"
        time = f"strftime({read}, '%Y-%m-%dT%H:%M:%S.%f{mark}')"
    return f"coalesce({time}, {value})"


def _zoned(value: str) -> str:
    """A time in ISO form that names no zone as one in UTC; a day alone is its beginning."""
    clock = f"regexp_full_match({value}, {_literal(_DAY + _CLOCK)})"
    day = f"regexp_full_match({value}, {_literal(_DAY)})"
    # Most times end with their zone, which is quicker to see.
    unzoned = f"when {clock} then {value} || 'Z' when {day} then {value} || 'T00:00:00Z'"
    return f"case when ends_with({value}, 'Z') then {value} {unzoned} else {value} end"


def _major_units(value: str, currency: str, digits: Mapping[str, int]) -> str:
    """An amount of 1234 cents as 12.34; anything but a whole number stays as it is."""
    none, three = (", ".join(map(_literal, one)) for one in (_NO_DIGITS, _THREE_DIGITS))
    code = f"upper({currency})"
    own = "".join(f"when {code} = {_literal(one.upper())} then {10**number} " for one, number in digits.items())
    divisor = f"case {own}when {code} in ({none}) then 1 when {code} in ({three}) then 1000 else 100 end"
    whole = f"try_cast({value} as bigint)"
    return f"coalesce(cast(cast({whole} as decimal(24, 3)) / {divisor} as decimal(24, 3))::varchar, {value})"


def _is_deleted(marks: Sequence[Condition], text_of: Callable[[str], str]) -> str:
    return f"case when {' or '.join(_holds(one, text_of) for one in marks)} then 'true' end"


def _holds(condition: Condition, text_of: Callable[[str], str]) -> str:
    """Whether a condition holds; never null."""
    if condition.path is None:
        return f"coalesce(({condition.sql}), false)"
    words = condition.values or _NO
    listed = ", ".join(_literal(word.lower()) for word in words)
    said = f"lower(trim({text_of(condition.path)}))"
    return f"coalesce({said} {'in' if condition.values else 'not in'} ({listed}), false)"


def _object(path: str) -> str:
    """The object at a path as JSON text; an empty one where there is none."""
    found = f"json_extract(record, {_literal(path)})::varchar"
    return f"case when starts_with({found}, '{{') then {found} else '{{}}' end"


def _answer_parts(entity: Entity) -> dict[str, str]:
    """Columns of the view for the answers of a record: pairs of question and answer, and the questions."""
    answers = entity.answers
    assert answers is not None
    lists = []
    if answers.items is not None:
        lists.append(_pairs_of_items(answers))
    if answers.fields is not None:
        lists.append(_pairs_of_fields(answers))
    named = (
        f"{{'question': {_literal(question)}, 'answer': {_first([_text_at('record', path) for path in paths])}}}"
        for question, paths in answers.named.items()
    )
    lists += [f"[{', '.join(named)}]"] if answers.named else []
    stated = "pair.question is not null and pair.answer is not null"
    if entity.taken_fields:
        stated += f" and pair.question not in ({', '.join(map(_literal, sorted(entity.taken_fields)))})"
    if answers.left_out is not None:
        stated += f" and not regexp_full_match(pair.question, {_literal(answers.left_out.pattern)})"
    every = lists[0] if len(lists) == 1 else f"list_concat({', '.join(lists)})"
    return {
        "answer_pairs": f"list_filter({every}, lambda pair: {stated})",
        "questions": "list_sort(list_distinct(list_transform(answer_pairs, lambda pair: pair.question)))",
    }


def _pairs_of_fields(answers: Answers) -> str:
    """A list of question and answer of every field, or of every row of a field that is a matrix."""
    fields = _entries(f"json_extract(record, {_literal(answers.fields or '$')})")
    pair = f"{{'question': item[1], 'answer': {_answer_at('item[2]', answers)}}}"
    if not answers.matrices:
        return f"list_transform({fields}, lambda item: {pair})"
    of_row = f"{{'question': concat_ws('_', item[1], part[1]), 'answer': {_answer_at('part[2]', answers)}}}"
    rows = f"list_transform({_entries('item[2]')}, lambda part: {of_row})"
    pairs = f"case when json_type(item[2]) = 'OBJECT' then {rows} else [{pair}] end"
    return f"flatten(list_transform({fields}, lambda item: {pairs}))"


def _entries(found: str) -> str:
    """Keys of a JSON object with their values."""
    return f"list_zip(json_keys({found}), json_extract({found}, '$.*'))"


def _pairs_of_items(answers: Answers) -> str:
    """A list of question and answer of every item, or of every answer inside an item that is a question."""
    items = f"json_extract(record, {_literal(answers.items or '$')})"
    inside = "part" if answers.within else "item"
    question = _first([_text_at("item", path) for path in answers.question])
    if answers.parts:
        parts = ", ".join(_text_at(inside, path) for path in answers.parts)
        asked = f"({question})"
        question = f"case when {asked} is not null then concat_ws('_', {asked}, {parts}) end"
    pair = f"{{'question': {question}, 'answer': {_answer_at(inside, answers)}}}"
    if answers.within is None:
        return f"list_transform({items}, lambda item: {pair})"
    within = f"json_extract(item, {_literal(answers.within)})"
    return f"flatten(list_transform({items}, lambda item: list_transform({within}, lambda part: {pair})))"


def _answer_at(inside: str, answers: Answers) -> str:
    value = _first([_text_at(inside, path) for path in answers.value])
    if not answers.also:
        return value
    besides = ", ".join(_text_at(inside, path) for path in answers.also)
    return f"nullif(concat_ws({_literal(CHOICE_SEPARATOR)}, {value}, {besides}), '')"


def _answers() -> str:
    """Question -> answer as JSON text. Several answers to one question are its choices."""
    of_question = "list_filter(answer_pairs, lambda pair: pair.question = asked)"
    choices = f"array_to_string(list_transform({of_question}, lambda pair: pair.answer), {_literal(CHOICE_SEPARATOR)})"
    return f"coalesce(to_json(map(questions, list_transform(questions, lambda asked: {choices})))::varchar, '{{}}')"


def _text_at(item: str, path: str) -> str:
    """The value at a path inside an item as text; choices joined."""
    every = path if "[*]" in path else f"{path}[*]"
    choices = f"json_extract_string({item}, {_literal(every)})"
    named = f"list_filter({choices}, lambda choice: choice <> '')"
    joined = f"nullif(array_to_string({named}, {_literal(CHOICE_SEPARATOR)}), '')"
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


def lift_cells(
    entity: Entity,
    cells: Mapping[str, str],
    columns: Sequence[str],
    choices: Mapping[str, Sequence[str]],
    *,
    record: str,
) -> Lifting:
    """SQL over the cells of a delimited file.

    Args:
        entity: of a description; its path `$.Name` is the column `Name`.
        cells: name of a column -> expression of its cell.
        columns: own columns of the raw table.
        choices: question -> names of its columns, where it has a column a choice.
        record: expression of the whole row as JSON text, for columns that an expression over it fills.
    """
    lifting = Lifting(values=dict.fromkeys(columns, "null::varchar"))

    def text_of(path: str) -> str:
        return cells.get(column_named(path), "null::varchar")

    def found_of(column: Column) -> list[str]:
        return [cells[one] for one in map(column_named, column.path) if one in cells] or ["null::varchar"]

    row = _rewritten(entity, lambda sql: _applied_to(record, sql))
    taken: dict[str, str] = {}
    for name, column in entity.columns.items():
        there = [one for one in map(column_named, column.sources) if one in cells]
        if there or column.constant or column.sql or column.first:
            _fill(lifting, name, row.columns[name], found_of, text_of)
            taken |= {f"{name}{nth or ''}": one for nth, one in enumerate(there)}
    if row.deleted is not None and "is_deleted" in columns:
        lifting.values["is_deleted"] = _is_deleted([row.deleted], text_of)
    lifting.values |= _besides(entity, columns, text_of)
    if entity.answers is not None:
        lifting.values["_row"] = _answers_of_cells(lifting, entity, cells, choices)
        lifting.values["_canonical"] = "'{}'"
    elif "_canonical" in columns:
        # Staging has to separate attributes from the columns that canonical ones were read from.
        lifting.values["_canonical"] = "$canonical::varchar"
        lifting.parameters["canonical"] = json.dumps(taken)
    return lifting


def _rewritten(row: R, change: Callable[[str], str]) -> R:
    """What is said of a row, with other expressions in the places of its own."""
    columns = {name: _column_rewritten(column, change) for name, column in row.columns.items()}
    changed: dict[str, object] = {"columns": columns}
    changed["when"] = tuple(_condition_rewritten(one, change) for one in row.when)
    if isinstance(row, Entity):
        changed["rows"] = tuple(_rewritten(one, change) for one in row.rows)
        changed["deleted"] = row.deleted and _condition_rewritten(row.deleted, change)
    return row.model_copy(update=changed)


def _column_rewritten(column: Column, change: Callable[[str], str]) -> Column:
    changed: dict[str, object] = {}
    if column.sql:
        changed["sql"] = change(column.sql)
    if column.first:
        changed["first"] = tuple(_column_rewritten(one, change) for one in column.first)
    if column.when:
        changed["when"] = _condition_rewritten(column.when, change)
    return column.model_copy(update=changed)


def _condition_rewritten(condition: Condition, change: Callable[[str], str]) -> Condition:
    return condition.model_copy(update={"sql": change(condition.sql)}) if condition.sql else condition


def _applied_to(record: str, sql: str) -> str:
    # Not a subquery: DuckDB allows none where a time is tried.
    return f"list_transform([{record}], lambda record: {sql})[1]"


def _answers_of_cells(
    lifting: Lifting, entity: Entity, cells: Mapping[str, str], choices: Mapping[str, Sequence[str]]
) -> str:
    """Question -> answer as JSON text; adds the questions to the parameters."""
    assert entity.answers is not None
    question_of = {name: question for question, names in choices.items() for name in names}
    pairs: dict[str, str] = {}
    for name, text in cells.items():
        if not entity.asks(name):
            continue
        question = question_of.get(name)
        if question is None:
            pairs[name] = text
        elif question not in pairs:
            listed = ", ".join(f"nullif(trim({cells[one]}), '')" for one in choices[question])
            pairs[question] = f"nullif(concat_ws({_literal(CHOICE_SEPARATOR)}, {listed}), '')"
    lifting.parameters |= {f"question_{nth}": question for nth, question in enumerate(pairs)}
    listed = ", ".join(f"$question_{nth}::varchar, {text}" for nth, text in enumerate(pairs.values()))
    return f"json_object({listed})::varchar" if pairs else "'{}'"
