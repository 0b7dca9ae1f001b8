"""Dialogs: all are opened without a nested event loop and answer by a callback."""
