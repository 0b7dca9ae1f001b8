"""Corrections to a Model version: job folder, child process, gate."""
