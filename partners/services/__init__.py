"""What can be done with agencies, their people and agreements. Keyword-only functions that every door calls."""
