"""The lesson's claims: what is claimed, the runs that test it, and the evidence from them."""
