//! Text that came from outside, and how it may stand on a page.

use std::fmt::{self, Write as _};

/// Text that somebody typed, or that an import brought, shown so that it cannot disguise itself.
///
/// Every field of a view that holds such text has this type, so a template cannot print it raw.
/// Markup is escaped by the template engine. What that leaves is handled here: characters that
/// steer the display instead of being displayed (control characters, and the marks that override,
/// embed or isolate a writing direction) appear as visible marks. An isolate is thus never closed
/// from inside, and a direction never turned unseen. Line feeds and tabs stay, so text keeps its
/// lines; the carriage return of a Windows line end is dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// The text as it was received, for a form field that gives it back to the person who typed it.
    pub fn raw(&self) -> &str {
        &self.0
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chars = self.0.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\n' | '\t' => f.write_char(c)?,
                '\r' if chars.peek() == Some(&'\n') => {}
                '\u{0}'..='\u{1f}'
                | '\u{7f}'..='\u{9f}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}' => write!(f, "[U+{:04X}]", u32::from(c))?,
                _ => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_direction_override_is_shown_instead_of_obeyed() {
        assert_eq!(Text::from("gpj.\u{202e}exe\u{2069}").to_string(), "gpj.[U+202E]exe[U+2069]");
    }

    #[test]
    fn control_characters_are_named_and_lines_stay_lines() {
        assert_eq!(Text::from("a\0b\u{1b}[1m\r\nc\td\r").to_string(), "a[U+0000]b[U+001B][1m\nc\td[U+000D]");
    }

    #[test]
    fn words_of_any_script_stay_as_they_are() {
        let text = "3栋2单元 电梯 — שלום 👩‍🔧";
        assert_eq!(Text::from(text).to_string(), text);
    }
}
