"""Pull: OpenStreetMap downloaded, cut to the study area, read into places and streets (METHOD section 1)."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
