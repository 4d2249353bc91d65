"""People: residents on a grid, and how completely the city is mapped (METHOD sections 4 and 10)."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
