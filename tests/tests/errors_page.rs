//! `docs/errors.md` says the same as the code.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use roundsman_server::error::status_of;
use roundsman_sync_core::error::ErrorCode;

#[test]
fn every_error_code_stands_on_its_page_with_its_meaning_and_status() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/errors.md")).unwrap();
    for &code in ErrorCode::ALL {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{code}` |")));
        let row = row.unwrap_or_else(|| panic!("{code} has no row"));
        assert!(row.contains(code.meaning()), "{code}: the page gives another meaning");
        assert!(row.contains(status_of(code).as_str()), "{code}: the page gives another status");
    }
}
