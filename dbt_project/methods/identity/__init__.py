"""Who is who: phone numbers in one form, and linked identifiers as components."""
