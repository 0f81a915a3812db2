"""What a release defines: metrics with their meta, and the dimensions each can be asked by."""
