"""The Streamlit app. It only draws: numbers come from `serving`, sentences from `headlines`, charts from `charts`."""
