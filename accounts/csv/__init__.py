"""CSV files for spreadsheets: cells that run nothing, and rows that stream."""
