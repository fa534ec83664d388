"""What pages of several doors share."""
