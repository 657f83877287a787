"""The page on which one plays with the trained networks; they run in the browser."""
