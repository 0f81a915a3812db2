"""What each channel contributes to conversions."""
