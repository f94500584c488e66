"""Home and the pages of no feature. The modules beside fill ``bp``."""

from __future__ import annotations

from lift.front.views import gallery, home, pages, search, tile, words
from lift.front.views.blueprint import bp

__all__ = ["bp", "gallery", "home", "pages", "search", "tile", "words"]
