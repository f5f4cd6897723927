"""Women move: two phones and one station."""
