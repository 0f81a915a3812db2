"""What must stay hidden: tables of people with their margins in, cells that readers may not see out."""
