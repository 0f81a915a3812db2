"""How often a process looks for garbage: less often than Python does by itself, and never among what it keeps.

Parsed projects, definitions and modules are hundreds of thousands of objects that live as long as their process. To
look through them all, which Python does again and again while more are made, stops every thread for up to half a
second each time: it was a tenth of a run, and pages waited for it.
"""

from __future__ import annotations

import gc
from typing import Final

# New objects after which Python looks among the youngest, and how many times of each before it looks among the next
# older. By Python's own figures (700, 10, 10) a run looks through all of its objects nine times.
_NEW_OBJECTS: Final = (10_000, 10, 20)


def look_seldom() -> None:
    """Look less often, from now on."""
    gc.set_threshold(*_NEW_OBJECTS)


def keep_all() -> None:
    """Never look again among what there is now; what of it is garbage already is kept, too."""
    gc.freeze()
