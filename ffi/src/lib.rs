//! The Roundsman device library for Python, Kotlin and Swift: exports only, no rule and no SQL.
