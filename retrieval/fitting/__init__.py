"""Fitting the weights of ranking and confidence on the questions meant for tuning, and on no others."""
