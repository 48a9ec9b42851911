"""Two records side by side: levels per field, packed into one pattern, and the guards over patterns."""
