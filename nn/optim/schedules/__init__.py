"""Schedules: what the learning rate is, epoch by epoch."""
