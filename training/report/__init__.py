"""A report of an evaluation that a person would look at: a page, a table of all pictures and the worst ones."""

from training.report.write import write_report

__all__ = ["write_report"]
