"""Speed and memory of the parts that grow with data, beside plain DuckDB SQL in the same run."""
