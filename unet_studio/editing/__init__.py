"""Mask to Mask: strokes, thresholds and undo history as pure functions on arrays."""
