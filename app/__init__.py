"""The Streamlit app. It only draws: numbers come from `serving`, a page has a folder with its sentences."""
