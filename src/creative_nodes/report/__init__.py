"""Pages that people open: a view-model, maps and templates."""
