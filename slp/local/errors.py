"""What went wrong on this machine, as one sentence, and what to do about it."""


class LocalError(Exception):
    """A readable refusal: `str()` is what a person sees, without a traceback."""
