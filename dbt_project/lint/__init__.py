"""What sqlfluff's templater sees when it renders a model: each public name of this package is a name in Jinja.

sqlfluff runs this file again for every model, so what takes time is kept in `macros.py`.
"""

from __future__ import annotations

from dbt_project.lint.macros import compiled

globals().update(compiled())
