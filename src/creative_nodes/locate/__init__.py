"""Find industrial heritage and creative spaces by evidence."""
