"""Hostile files, written by code: genuine files of every kind that is read, and what damage and malice make of them."""
