//! `docs/errors.md` says the same as the code.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use roundsman_server::error::status_of;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::protocol::reason;

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

#[test]
fn every_code_that_can_be_a_verdict_has_a_sentence_for_whoever_was_refused() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/protocol.md")).unwrap();
    let (_, judged) = page.split_once("What is judged, and with which code:").unwrap();
    let rows = judged.lines().skip(2).take_while(|line| line.starts_with('|'));
    let words = rows.flat_map(|row| row.split('`')).filter_map(ErrorCode::from_text);
    let any = reason(ErrorCode::LinkFailed);
    let mut codes = 0;
    for code in words {
        assert_ne!(reason(code).zh, any.zh, "{code} has no sentence of its own");
        assert_ne!(reason(code).en, any.en, "{code}");
        codes += 1;
    }
    assert!(codes >= 18, "{codes}");
}
