"""The demo company: a size and a seed in; a complete workspace with planted effects out.

`generate` writes `cx.yml`, `mappings/`, `inbox/`, and beside them, for tests alone, `planted_truths.json` and
`identities.csv`. The same arguments give the same bytes. To
write one by hand: `python -c "from pathlib import Path; from demo import generate; generate(Path('demo'))"`.
"""

from demo.company import generate
from demo.dirt import Dirt

__all__ = ["Dirt", "generate"]
