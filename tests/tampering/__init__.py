"""Tampering with a finished study: kinds of forgeries, and whether `lth verify` names them."""
