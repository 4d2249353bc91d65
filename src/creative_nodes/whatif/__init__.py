"""What if: a site of your own, measured and ranked as a candidate is."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
