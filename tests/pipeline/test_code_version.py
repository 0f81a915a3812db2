from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pipeline.code_version import code_of_today


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Code under version control, as a fresh clone."""
    for name in ("app/shell/page.py", "dbt_project/models/orders.sql", "docs/index.md", "dbt_project.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("as committed\n")
    run = ("git", "-c", "user.name=A", "-c", "user.email=a@example.com")
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "Start")):
        subprocess.run([*run, *arguments], cwd=tmp_path, check=True)
    return tmp_path


def test_a_clean_commit_is_named_alone(checkout: Path) -> None:
    code = code_of_today(checkout)
    assert code.version.count("+g") == 1
    assert "changed" not in code.version
    assert code.changed_files == ()


def test_edits_are_named_by_their_files_and_one_hash(checkout: Path) -> None:
    (checkout / "app/shell/page.py").write_text("edited\n")
    (checkout / "app/new page.py").write_text("new\n")
    (checkout / "dbt_project.yml").unlink()
    code = code_of_today(checkout)
    assert code.changed_files == ("app/new page.py", "app/shell/page.py", "dbt_project.yml")
    assert ".changed." in code.version
    (checkout / "app/shell/page.py").write_text("edited again\n")
    again = code_of_today(checkout)
    assert again.changed_files == code.changed_files
    assert again.version != code.version
    (checkout / "app/shell/page.py").write_text("edited\n")
    assert code_of_today(checkout) == code


def test_files_that_affect_no_answer_do_not_change_the_version(checkout: Path) -> None:
    before = code_of_today(checkout)
    (checkout / "docs/index.md").write_text("edited\n")
    (checkout / "my-workspace").mkdir()
    (checkout / "my-workspace/cx.yml").write_text("company: A\n")
    assert code_of_today(checkout) == before


def test_installed_code_is_named_by_the_hash_of_its_files(tmp_path: Path) -> None:
    def install(where: str, text: str) -> Path:
        root = tmp_path / where
        (root / "app").mkdir(parents=True)
        (root / "app" / "page.py").write_text(text)
        (root / "app" / "page.pyc").write_text(where)
        return root

    one, same, other = install("one", "a"), install("same", "a"), install("other", "b")
    assert "+files." in code_of_today(one).version
    assert code_of_today(one) == code_of_today(same)
    assert code_of_today(one) != code_of_today(other)
