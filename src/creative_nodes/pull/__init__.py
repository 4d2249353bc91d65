"""Pull an extract and read it into places and streets."""
