"""What sqlfluff's templater sees as dbt's `graph`: two models in place of all, so that loops render.

sqlfluff renders the models without dbt, which knows the project's models; only the SQL around them is looked at.
"""

from __future__ import annotations

from typing import Any, Final

_FEEDS: Final = {
    "orders": {"dated_by": "occurred_on", "where": "kind = 'sale'", "rows_of": "orders"},
    "nps": {"answers_of": ["nps"]},
}
_NODES: Final = {
    "model.cx.fct_orders": {"name": "fct_orders", "config": {"meta": {"feeds": _FEEDS}}},
    "model.cx.stg_crm__deals": {
        "name": "stg_crm__deals",
        "config": {"meta": {"dates": {"deals": ["created_at", "closed_at"]}}},
    },
}


def get(_name: str, _default: object) -> dict[str, Any]:
    """Return the models, as `graph.get('nodes', {})` does in dbt."""
    return _NODES
