"""Side by side with peers: `make bench`, or one alone, `make bench NAME=due`."""
