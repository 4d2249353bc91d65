"""Streets: networks by mode, public transport, and least costs between places (METHOD section 3)."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
