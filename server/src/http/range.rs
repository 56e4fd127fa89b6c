//! `Range` (RFC 9110, section 14): a cut download goes on where it stood.

use http::{HeaderMap, header};

/// Which bytes of a file a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of them.
    Whole,
    /// From the first to the last, counted from 0, both among them.
    Part {
        /// The first byte.
        first: u64,
        /// The last byte; never before the first, never past the end.
        last: u64,
    },
    /// None that the file has.
    Nothing,
}

/// What the headers ask of a file of `size` bytes with this entity tag. A form we do not know, several ranges
/// among them, asks for the whole, as the standard allows.
pub(super) fn wanted(headers: &HeaderMap, size: u64, tag: &str) -> Wanted {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // Whoever holds the beginning of something else has to begin anew.
    if headers.contains_key(header::IF_RANGE) && text(header::IF_RANGE) != Some(tag) {
        return Wanted::Whole;
    }
    let Some(range) = text(header::RANGE).and_then(|range| range.strip_prefix("bytes=")) else {
        return Wanted::Whole;
    };
    let Some((from, to)) = range.trim().split_once('-') else { return Wanted::Whole };
    let number = |text: &str| -> Option<Option<u64>> {
        match text {
            "" => Some(None),
            text if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(Some(text.parse().unwrap_or(u64::MAX)))
            }
            _ => None,
        }
    };
    let end = size.saturating_sub(1);
    match (number(from), number(to)) {
        (Some(Some(first)), Some(to)) => match to {
            Some(last) if last < first => Wanted::Whole,
            _ if first >= size => Wanted::Nothing,
            last => Wanted::Part { first, last: last.map_or(end, |last| last.min(end)) },
        },
        // So many from the end.
        (Some(None), Some(Some(0))) => Wanted::Nothing,
        (Some(None), Some(Some(_))) if size == 0 => Wanted::Nothing,
        (Some(None), Some(Some(count))) => Wanted::Part { first: size.saturating_sub(count), last: end },
        (Some(None), Some(None)) | (None, _) | (_, None) => Wanted::Whole,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    const TAG: &str = "\"abc\"";

    fn asked(range: &str, if_range: Option<&str>) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, range.parse().unwrap());
        if let Some(tag) = if_range {
            headers.insert(header::IF_RANGE, tag.parse().unwrap());
        }
        wanted(&headers, 10, TAG)
    }

    #[test]
    fn one_range_is_honoured_and_any_other_form_asks_for_the_whole() {
        let part = |first, last| Wanted::Part { first, last };
        for (range, told) in [
            ("bytes=0-", part(0, 9)),
            ("bytes=4-", part(4, 9)),
            ("bytes=4-4", part(4, 4)),
            ("bytes=4-99", part(4, 9)),
            ("bytes=9-99999999999999999999999", part(9, 9)),
            ("bytes=-3", part(7, 9)),
            ("bytes=-99", part(0, 9)),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=99999999999999999999999-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=5-4", Wanted::Whole),
            ("bytes=0-1,4-5", Wanted::Whole),
            ("bytes=+1-2", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=", Wanted::Whole),
            ("pages=1-2", Wanted::Whole),
            ("", Wanted::Whole),
        ] {
            assert_eq!(asked(range, None), told, "{range}");
        }
        assert_eq!(wanted(&HeaderMap::new(), 10, TAG), Wanted::Whole);
    }

    #[test]
    fn the_rest_of_something_else_is_not_given() {
        assert_eq!(asked("bytes=4-", Some(TAG)), Wanted::Part { first: 4, last: 9 });
        assert_eq!(asked("bytes=4-", Some("\"other\"")), Wanted::Whole);
        assert_eq!(asked("bytes=4-", Some("Sun, 06 Nov 1994 08:49:37 GMT")), Wanted::Whole);
    }
}
