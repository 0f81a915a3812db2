"""Names, comments, messages and docs are in plain English: words that are not used, each with its replacement.

The list is short on purpose: words that came up in this project and that a reader of English stumbles over. House words
that stay in code (feed, fold, floor, books, ...) are defined in docs/glossary.md.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

FOLDERS: Final = (
    "app", "benchmarks", "cli", "dbt_project", "demo", "docs", "expectations", "ingestion", "orchestration", "pipeline",
    "serving", "tests", "workspace",
)  # fmt: skip
SUFFIXES: Final = {".py", ".md", ".sql", ".yml", ".toml", ".html"}

WORDS: Final = {
    r"told": "reports, states, records, notifies",
    r"noughts?": "zero",
    r"mend(?:s|ed|ing)?": "fix, repair",
    r"made[- ]up": "demo, simulated, synthetic",
    r"anew": "again",
    r"thereof|therein|thereby|thereupon": "of it, in it, by it, after it",
    r"hereby|herein|heretofore": "here, until now",
    r"wherein|whereby|whence|whither": "in which, by which, from where, where to",
    r"whilst|amongst": "while, among",
    r"bears|borne": "has",
    r"lest": "so that ... not",
    r"h[eo]lds? (?:it |them )?against": "compare with",
    r"(?<!there )(?:is|are|was|were) no(?! longer| data| more| \w+ \w*where)": "is not a ...",
}
# In names a word stands for a thing: these name none.
NAME_PARTS: Final = {
    "nobody": "the thing itself (no_customers, unassigned, ...)",
    "somebody": "the thing itself (person, another_process, ...)",
    "whatever": "the thing itself",
    "whoever": "the thing itself (person, caller, ...)",
    "whichever": "the thing itself",
    "lately": "recently, recent",
    "meanwhile": "the thing itself",
    "told": "reported, stated, known",
    "nought": "zero",
    "mend": "fix",
    "mended": "fixed",
    "anew": "again",
    "fate": "disposition",
    "fates": "dispositions",
}
# File -> word -> why it may stay there.
ALLOWED: Final = {
    "dbt_project/DECISIONS.md": dict.fromkeys(WORDS, "its dated entries keep their wording"),
    "tests/workspace/test_plain_english.py": dict.fromkeys((*WORDS, *NAME_PARTS), "this list"),
    "demo/setting/content.py": {r"mend(?:s|ed|ing)?": "the text of a demo page: its reading ease is a number"},
    "demo/setting/events.py": {r"told": "a label in the demo's files, which stay the same byte for byte"},
    "workspace/handover.py": {r"wherein|whereby|whence|whither": "the name of a field of the C structure flock"},
}

PATTERNS: Final = {word: re.compile(rf"\b(?:{word})\b", re.IGNORECASE) for word in WORDS}
ANY_WORD: Final = re.compile(rf"\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)


def files(repository: Path) -> Iterator[Path]:
    """Every text of the project that people write and read."""
    yield from (path for path in repository.iterdir() if path.suffix in SUFFIXES)
    for folder in FOLDERS:
        for path in sorted((repository / folder).rglob("*")):
            if path.suffix in SUFFIXES and "__pycache__" not in path.parts:
                yield path


def names(path: Path) -> Iterator[tuple[int, str]]:
    """Names that a Python file defines: functions, classes, arguments and variables, each with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.arg(arg=name):
                yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name


def findings(path: Path, name: str) -> Iterator[str]:
    """One line for each word of a file that is not used here: file, line, word and replacement."""
    allowed = ALLOWED.get(name, {})
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if ANY_WORD.search(line):
            for word, pattern in PATTERNS.items():
                if word not in allowed:
                    yield from (f"{name}:{number}: {found[0]!r} -> {WORDS[word]}" for found in pattern.finditer(line))
    for number, defined in [(1, path.stem), *names(path)] if path.suffix == ".py" else ():
        for part in defined.lower().split("_"):
            if part in NAME_PARTS and part not in allowed:
                yield f"{name}:{number}: name {defined!r}: {part!r} -> {NAME_PARTS[part]}"


def test_names_messages_and_docs_use_plain_words(repository: Path) -> None:
    found = [
        finding for path in files(repository) for finding in findings(path, path.relative_to(repository).as_posix())
    ]
    assert found == [], "\n" + "\n".join(found)


def test_a_word_of_the_list_is_reported_with_file_line_and_replacement(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text("# Nought is no number.\ndef told_nobody() -> None: ...\nthere = 'there is no file'\n")
    assert list(findings(file, "x.py")) == [
        "x.py:1: 'Nought' -> zero",
        "x.py:1: 'is no' -> is not a ...",
        "x.py:2: name 'told_nobody': 'told' -> reported, stated, known",
        "x.py:2: name 'told_nobody': 'nobody' -> the thing itself (no_customers, unassigned, ...)",
    ]
