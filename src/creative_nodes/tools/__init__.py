"""Tools: reference pages and message files made from the code."""
