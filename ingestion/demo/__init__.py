"""The made-up company: a size and a seed in; a complete workspace with planted truths out.

`generate` writes `cx.yml`, `mappings/`, `inbox/` and `planted_truths.json`. The same arguments give the same bytes. To
write one by hand: `python -c "from pathlib import Path; from ingestion.demo import generate; generate(Path('demo'))"`.
"""

from ingestion.demo.company import generate

__all__ = ["generate"]
