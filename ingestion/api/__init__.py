"""APIs of vendors: pages of answers become files, which are loaded like any other."""
