"""The version of the project, which pages, tables and questions to servers tell."""

__version__ = "0.1.0"
