"""What is said in public: a module per vendor."""
