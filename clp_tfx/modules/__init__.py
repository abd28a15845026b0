"""What TFX loads by dotted name: functions only, no classes."""
