"""The words of the business as frozen types and errors; imports nothing of ours."""
