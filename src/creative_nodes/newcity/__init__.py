"""New city: the file of a city, begun from a place name, a box or a polygon."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
