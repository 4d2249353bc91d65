"""Network: how creative spaces cluster and connect (METHOD sections 6 and 7)."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
