"""Uncertain dates: EDTF, its bounds, and what dates in words mean."""
