"""Errors whose text is written for a reader: one sentence with the file, the reason and the remedy."""


class UserError(Exception):
    """Anything that a reader can mend; its text is shown as it is, never with a traceback."""


class Unreadable(UserError):
    """A file that cannot be opened as a picture."""


class WorkspaceError(UserError):
    """A Workspace that cannot be opened or written: damaged, too new, no space, no permission."""


class Locked(WorkspaceError):
    """Another window or fine-tune holds this Workspace; the text says who, where and since when."""


class ModelError(UserError):
    """A model file that is missing, damaged, foreign or holds non-finite weights."""


class Cancelled(Exception):
    """The reader stopped a job; nothing is wrong and nothing is shown."""
