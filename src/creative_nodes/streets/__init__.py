"""Streets as networks, and the cost of travel on them."""
