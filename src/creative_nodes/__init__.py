"""Find old industrial sites and creative spaces in OpenStreetMap, and rank the sites that would connect most."""

__version__ = "0.1.0"
