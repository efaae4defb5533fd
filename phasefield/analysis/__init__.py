"""Numbers read off a state: uniformity, contact, analytic companions."""
