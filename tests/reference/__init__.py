"""The law of the pathway language once more, in plain slow Python: shares no code with the emitter."""
