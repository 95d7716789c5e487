"""The administration: units, people, classification, places, catalogue, and what was changed.

Who may open which page stands in `frame.TABS`; who may change what, in `dispatch.registry`.
"""

from web.admin.knowledge import router as knowledge_router
from web.admin.routes import router

__all__ = ["knowledge_router", "router"]
