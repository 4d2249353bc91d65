"""Find old industrial sites and creative spaces in OpenStreetMap, and rank the sites that would connect most.

`import creative_nodes as cn` gives notebooks a run's tables and the stages on them: `cn.load_run("hanoi")["scores"]`.
"""

import lazy_loader

# a name is loaded when it is first used
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
