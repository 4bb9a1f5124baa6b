"""What people wanted to buy, by place and day: prices follow from it. Source: worlds 23.3."""
