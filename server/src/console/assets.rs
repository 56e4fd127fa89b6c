//! The files pages need, embedded in the program.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

const STYLESHEET: &str = include_str!("assets/console.css");
const ICON: &str = include_str!("assets/icon.svg");

/// Where the icon lies. It has no hash: browsers ask for it seldom and keep it by themselves.
pub(super) const ICON_PATH: &str = "/assets/icon.svg";

/// A file as it is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset {
    /// The whole content.
    pub bytes: &'static [u8],
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The value of `Cache-Control`.
    pub cache_control: &'static str,
}

/// Where the stylesheet lies. The name holds a part of its hash, so a new one is a new file.
pub fn stylesheet_path() -> &'static str {
    static PATH: LazyLock<String> = LazyLock::new(|| {
        let digest = Sha256::digest(STYLESHEET);
        let hash: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        format!("/assets/console.{hash}.css")
    });
    &PATH
}

/// The file at this path, if it is one of ours.
pub fn asset(path: &str) -> Option<Asset> {
    if path == stylesheet_path() {
        Some(Asset {
            bytes: STYLESHEET.as_bytes(),
            content_type: "text/css; charset=utf-8",
            cache_control: "public, max-age=31536000, immutable",
        })
    } else if path == ICON_PATH {
        Some(Asset {
            bytes: ICON.as_bytes(),
            content_type: "image/svg+xml",
            cache_control: "public, max-age=86400",
        })
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_present_stylesheet_is_found_and_it_may_be_kept_for_ever() {
        let found = asset(stylesheet_path()).map(|asset| asset.cache_control);
        assert_eq!(found, Some("public, max-age=31536000, immutable"));
        assert_eq!(asset("/assets/console.0000000000000000.css"), None);
    }

    #[test]
    fn the_stylesheet_asks_nobody_else_for_anything() {
        for word in ["http:", "https:", "@import", "url("] {
            assert!(!STYLESHEET.contains(word), "{word}");
        }
    }
}
