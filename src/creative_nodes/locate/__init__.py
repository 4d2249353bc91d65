"""Locate: industrial-heritage sites and creative spaces from evidence, registry and lists (METHOD section 2)."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
