"""What the doors share: who may enter, the facts of a record in words, pages that two doors have."""
