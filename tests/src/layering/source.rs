//! Rust source taken apart as far as the rules need: paths, string literals, comments, macros.

/// A path as written, groups spelled out: `use a::{b, c::d}` gives `a`, `a::b` and `a::c::d`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PathUse {
    pub(super) line: usize,
    pub(super) segments: Vec<String>,
}

/// One Rust file. Paths, strings and macros stand outside of `#[cfg(test)]` modules; comments anywhere.
#[derive(Debug, Default)]
pub(super) struct Source {
    pub(super) paths: Vec<PathUse>,
    pub(super) strings: Vec<(usize, String)>,
    pub(super) comments: Vec<(usize, String)>,
    pub(super) macros: Vec<(usize, String)>,
    /// Names of the modules that are declared `#[cfg(test)] mod name;`.
    pub(super) test_modules: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Word(String),
    Text(String),
    Comment(String),
    /// `::`
    Join,
    Sign(char),
}

#[derive(Clone, Debug)]
struct Token {
    line: usize,
    kind: Kind,
}

impl Token {
    fn is(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }

    fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            Kind::Text(_) | Kind::Comment(_) | Kind::Join | Kind::Sign(_) => None,
        }
    }
}

impl Source {
    pub(super) fn parse(text: &str) -> Self {
        let mut source = Self::default();
        let mut code = Vec::new();
        for token in tokens(text) {
            match token.kind {
                Kind::Comment(comment) => source.comments.push((token.line, comment)),
                Kind::Word(_) | Kind::Text(_) | Kind::Join | Kind::Sign(_) => code.push(token),
            }
        }
        let code = source.without_test_modules(&code);
        let mut at = 0;
        while let Some(token) = code.get(at) {
            match &token.kind {
                Kind::Text(text) => source.strings.push((token.line, text.clone())),
                Kind::Word(word) => {
                    if code.get(at + 1).is_some_and(|next| next.is('!')) {
                        source.macros.push((token.line, word.clone()));
                    }
                    at = source.read_path(&code, at, &[]);
                    continue;
                }
                Kind::Comment(_) | Kind::Join | Kind::Sign(_) => {}
            }
            at += 1;
        }
        source
    }

    /// Leaves out `#[cfg(test)] mod name { … }`, and notes `#[cfg(test)] mod name;`.
    fn without_test_modules(&mut self, code: &[Token]) -> Vec<Token> {
        let mut kept = Vec::new();
        let mut at = 0;
        while at < code.len() {
            let Some(after) = after_test_attribute(code, at) else {
                kept.push(code[at].clone());
                at += 1;
                continue;
            };
            // Other attributes and a visibility may stand before `mod`; anything else is not a module.
            let Some(name) = module_name(code, after) else {
                at = after;
                continue;
            };
            if code.get(name + 1).is_some_and(|token| token.is(';')) {
                self.test_modules.extend(code[name].word().map(str::to_owned));
                at = name + 2;
            } else {
                at = after_block(code, name + 1);
            }
        }
        kept
    }

    /// Reads a path that starts at the word `at`; gives the place after it.
    fn read_path(&mut self, code: &[Token], mut at: usize, prefix: &[String]) -> usize {
        let mut segments = prefix.to_vec();
        let line = code[at].line;
        let before = at.checked_sub(1).and_then(|before| code[before].word());
        while let Some(word) = code.get(at).and_then(Token::word) {
            segments.push(word.to_owned());
            at += 1;
            if code.get(at).is_none_or(|token| token.kind != Kind::Join) {
                break;
            }
            at += 1;
            if code.get(at).is_some_and(|token| token.is('{')) {
                return self.read_group(code, at + 1, &segments);
            }
        }
        // A single word is a local name, unless it is imported.
        if segments.len() > 1 || matches!(before, Some("use" | "crate")) {
            self.paths.push(PathUse { line, segments });
        }
        at
    }

    fn read_group(&mut self, code: &[Token], mut at: usize, prefix: &[String]) -> usize {
        while let Some(token) = code.get(at) {
            if token.is('}') {
                return at + 1;
            }
            at = match token.word() {
                Some("as") => at + 2,
                Some(_) => self.read_path(code, at, prefix),
                None => at + 1,
            };
        }
        at
    }
}

fn after_test_attribute(code: &[Token], at: usize) -> Option<usize> {
    let shape = ["#", "[", "cfg", "(", "test", ")", "]"];
    let fits = shape.iter().enumerate().all(|(step, expected)| {
        code.get(at + step).is_some_and(|token| match &token.kind {
            Kind::Word(word) => word == expected,
            Kind::Sign(sign) => expected.starts_with(*sign),
            Kind::Text(_) | Kind::Comment(_) | Kind::Join => false,
        })
    });
    fits.then_some(at + shape.len())
}

fn module_name(code: &[Token], mut at: usize) -> Option<usize> {
    while code.get(at)?.is('#') {
        while !code.get(at)?.is(']') {
            at += 1;
        }
        at += 1;
    }
    if code.get(at)?.word() == Some("pub") {
        at += 1;
        if code.get(at)?.is('(') {
            while !code.get(at)?.is(')') {
                at += 1;
            }
            at += 1;
        }
    }
    (code.get(at)?.word() == Some("mod")).then_some(at + 1)
}

fn after_block(code: &[Token], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(token) = code.get(at) {
        at += 1;
        if token.is('{') {
            depth += 1;
        } else if token.is('}') {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                break;
            }
        }
    }
    at
}

/// Cuts text into tokens. Character literals and lifetimes are dropped; numbers count as words.
fn tokens(text: &str) -> Vec<Token> {
    let mut rest = text;
    let mut line = 1;
    let mut found = Vec::new();
    while let Some(first) = rest.chars().next() {
        let (length, kind) = next_token(rest, first);
        let (taken, after) = rest.split_at(length);
        found.extend(kind.map(|kind| Token { line, kind }));
        line += taken.matches('\n').count();
        rest = after;
    }
    found
}

fn next_token(rest: &str, first: char) -> (usize, Option<Kind>) {
    if rest.starts_with("//") {
        let length = rest.find('\n').unwrap_or(rest.len());
        return (length, Some(Kind::Comment(rest[..length].to_owned())));
    }
    if rest.starts_with("/*") {
        let length = rest.find("*/").map_or(rest.len(), |end| end + 2);
        return (length, Some(Kind::Comment(rest[..length].to_owned())));
    }
    if rest.starts_with("::") {
        return (2, Some(Kind::Join));
    }
    if let Some((length, text)) = literal(rest) {
        return (length, Some(Kind::Text(text)));
    }
    if first == '\'' {
        return (quote(rest), None);
    }
    if first.is_alphanumeric() || first == '_' {
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        return (length, Some(Kind::Word(rest[..length].to_owned())));
    }
    let kind = (!first.is_whitespace()).then_some(Kind::Sign(first));
    (first.len_utf8(), kind)
}

/// A string literal at the start, plain or raw, with any prefix: its length and what stands in it.
fn literal(rest: &str) -> Option<(usize, String)> {
    let letters = rest.find(|c: char| !matches!(c, 'b' | 'c' | 'r'))?;
    let raw = rest[..letters].contains('r');
    let hashes = rest[letters..].find(|c| c != '#')?;
    if letters > 2 || (hashes > 0 && !raw) || !rest[letters + hashes..].starts_with('"') {
        return None;
    }
    let start = letters + hashes + 1;
    let body = &rest[start..];
    let end = if raw {
        body.find(&format!("\"{}", "#".repeat(hashes)))
    } else {
        let mut escaped = false;
        body.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        })
    };
    let end = end.unwrap_or(body.len());
    let length = (start + end + 1 + hashes).min(rest.len());
    Some((length, body[..end].to_owned()))
}

/// The length of a character literal or of a lifetime's tick.
fn quote(rest: &str) -> usize {
    let body: Vec<char> = rest.chars().skip(1).take(12).collect();
    let close = match body.first() {
        Some('\\') => body.iter().skip(2).position(|c| *c == '\'').map(|i| i + 2),
        _ => (body.get(1) == Some(&'\'')).then_some(1),
    };
    close.map_or(1, |close| 2 + body[..close].iter().map(|c| c.len_utf8()).sum::<usize>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        let parsed = Source::parse(text);
        let joined = parsed.paths.iter().map(|path| path.segments.join("::"));
        joined.filter(|path| path.contains("::")).collect()
    }

    #[test]
    fn groups_are_spelled_out() {
        let found = paths("use a::{b, c::{d, e as f}};\nfn g() { h::i(j::k) }");
        assert_eq!(found, ["a::b", "a::c::d", "a::c::e", "h::i", "j::k"]);
    }

    #[test]
    fn comments_strings_and_test_modules_hold_no_paths() {
        let text = r##"
            // a::b
            /* c::d */
            const E: &str = "f::g \" h::i";
            const J: &str = r#"k::l " m::n"#;
            const O: [char; 3] = ['"', '\'', '\u{1F600}'];
            #[cfg(test)]
            #[allow(dead_code, reason = "x")]
            mod tests { fn p() { q::r() } }
            fn s<'t>() { u::v() }
            #[cfg(test)]
            pub(crate) mod helpers;
        "##;
        assert_eq!(paths(text), ["u::v"]);
        let parsed = Source::parse(text);
        assert_eq!(parsed.strings[0].1, r#"f::g \" h::i"#);
        assert_eq!(parsed.strings[1].1, r#"k::l " m::n"#);
        assert_eq!(parsed.test_modules, ["helpers"]);
        assert_eq!(parsed.comments.len(), 2);
    }
}
