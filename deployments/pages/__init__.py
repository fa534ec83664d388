"""What the doors share: loading a journey, readiness grids, the pages of one clearance, check-ins, incidents."""
