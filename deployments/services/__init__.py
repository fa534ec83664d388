"""The verbs of this app: keyword-only functions that every door calls."""
