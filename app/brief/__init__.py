"""The monthly brief: the app's answers on one sheet, as HTML and PDF."""
