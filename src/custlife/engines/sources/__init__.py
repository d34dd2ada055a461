"""Where histories come from: rows held in memory, frames, files and clusters; only these rooms know backends."""
