//! The two languages of the console and how one of them is chosen.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

use super::text::Text;
use super::vocabulary::Vocabulary;

/// A language the console speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// Simplified Chinese, the language when nothing else is asked for.
    #[default]
    ZhCn,
    /// English.
    En,
}

/// The cookie that keeps the choice made with the switch.
pub const LANG_COOKIE: &str = "lang";

/// Languages looked at in an `Accept-Language` header; browsers send fewer than ten.
const ACCEPT_LANGUAGE_ITEMS_MAX: usize = 32;

impl Lang {
    /// Every language, in the order of the switch.
    pub const ALL: [Self; 2] = [Self::ZhCn, Self::En];

    /// The tag used in `lang` attributes, in the cookie and in the switch.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language's name in itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::ZhCn => "中文",
            Self::En => "English",
        }
    }

    /// The language with exactly this tag.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag() == tag)
    }

    /// The value of the `lang` cookie if it names a language, else what the `Accept-Language` header
    /// likes best among ours, else Chinese.
    pub fn choose(cookie: Option<&str>, accept_language: Option<&str>) -> Self {
        cookie
            .and_then(Self::from_tag)
            .or_else(|| accept_language.and_then(Self::accepted))
            .unwrap_or_default()
    }

    fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for item in header.split(',').take(ACCEPT_LANGUAGE_ITEMS_MAX) {
            let (range, weight) = match item.split_once(';') {
                Some((range, parameter)) => {
                    let weight = parameter.trim().strip_prefix("q=").map(str::parse);
                    (range, weight.and_then(Result::ok).unwrap_or(0.0))
                }
                None => (item, 1.0_f32),
            };
            let primary = range.trim().split('-').next().unwrap_or_default();
            let lang = match primary.to_ascii_lowercase().as_str() {
                "zh" => Self::ZhCn,
                "en" => Self::En,
                _ => continue,
            };
            // The first of equals wins; `q=0` means 'not this one'.
            if weight > best.map_or(0.0, |(weight, _)| weight) {
                best = Some((weight, lang));
            }
        }
        best.map(|(_, lang)| lang)
    }

    /// The words of this language.
    pub fn words(self) -> &'static Words {
        static ZH_CN: LazyLock<Words> =
            LazyLock::new(|| Words::read(Lang::ZhCn, include_str!("translations/zh-CN.ftl")));
        static EN: LazyLock<Words> =
            LazyLock::new(|| Words::read(Lang::En, include_str!("translations/en.ftl")));
        match self {
            Self::ZhCn => &ZH_CN,
            Self::En => &EN,
        }
    }
}

/// All words of one language.
pub struct Words {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

impl Words {
    fn read(lang: Lang, source: &str) -> Self {
        // A file is embedded and tested to be whole, so the part that could be read is all of it.
        let resource = match FluentResource::try_new(source.to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        let tags = lang.tag().parse().into_iter().collect();
        let mut bundle = FluentBundle::new_concurrent(tags);
        // Text from outside is isolated by `<bdi>` and never passes through a message.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Self { lang, bundle }
    }

    /// The language these words belong to.
    pub const fn lang(&self) -> Lang {
        self.lang
    }

    /// The words under this key; the key itself if there are none, which a test rules out.
    pub fn get(&self, key: &str) -> String {
        self.format(key, None)
    }

    /// The words under this key with a number in them, called `$n`.
    pub fn count(&self, key: &str, n: &u64) -> String {
        let mut args = FluentArgs::new();
        args.set("n", *n);
        self.format(key, Some(&args))
    }

    /// The word for a code of a vocabulary. A code that a newer phone may have brought is shown as it is.
    pub fn term(&self, vocabulary: Vocabulary, code: &str) -> String {
        if vocabulary.knows(code) { self.get(&vocabulary.key(code)) } else { Text::from(code).to_string() }
    }

    /// The sentence that explains what makes a stated time doubtful, for the codes that have one.
    pub fn time_flag_why(&self, code: &str) -> Option<String> {
        let known = Vocabulary::TimeFlag.knows(code);
        known.then(|| self.get(&format!("{}-why", Vocabulary::TimeFlag.key(code))))
    }

    /// A subject such as `equipment/lift`, each step of the way in words.
    pub fn subject(&self, path: &str) -> String {
        let steps: Vec<String> = path.split('/').map(|step| self.term(Vocabulary::Subject, step)).collect();
        steps.join(" / ")
    }

    /// A length of time, in the two units that matter.
    pub fn span(&self, span_ms: &u64) -> String {
        let seconds = span_ms / 1_000;
        let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
        if minutes == 0 {
            self.count("span-seconds", &seconds)
        } else if hours == 0 {
            self.count("span-minutes", &minutes)
        } else if days == 0 {
            self.pair(("span-hours", hours), ("span-minutes", minutes % 60))
        } else {
            self.pair(("span-days", days), ("span-hours", hours % 24))
        }
    }

    /// A file size, in the unit that keeps it short.
    pub fn bytes(&self, bytes: &u64) -> String {
        const MB: u64 = 1_000_000;
        let bytes: u64 = *bytes;
        if bytes < MB {
            format!("{} kB", bytes.div_ceil(1_000))
        } else {
            format!("{}.{} MB", bytes / MB, bytes % MB / (MB / 10))
        }
    }

    fn pair(&self, large: (&str, u64), small: (&str, u64)) -> String {
        let mut text = self.count(large.0, &large.1);
        if small.1 > 0 {
            text.push(' ');
            text.push_str(&self.count(small.0, &small.1));
        }
        text
    }

    fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        self.bundle.format_pattern(pattern, args, &mut Vec::new()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_decides_then_the_browser_then_chinese() {
        assert_eq!(Lang::choose(Some("en"), Some("zh-CN")), Lang::En);
        assert_eq!(Lang::choose(Some("xx"), Some("en-GB,zh;q=0.5")), Lang::En);
        assert_eq!(Lang::choose(None, Some("en;q=0.4, zh-TW;q=0.8")), Lang::ZhCn);
        assert_eq!(Lang::choose(None, Some("en;q=0, de")), Lang::ZhCn);
        assert_eq!(Lang::choose(None, Some("fr-FR, EN-us;q=0.1")), Lang::En);
        assert_eq!(Lang::choose(None, Some(";;q=,q=9,\u{0}")), Lang::ZhCn);
        assert_eq!(Lang::choose(None, None), Lang::ZhCn);
    }

    #[test]
    fn a_span_names_two_units_at_most() {
        let words = Lang::En.words();
        assert_eq!(words.span(&(41_999)), "41 s");
        assert_eq!(words.span(&(33 * 60_000)), "33 min");
        assert_eq!(words.span(&(2 * 3_600_000 + 5 * 60_000)), "2 h 5 min");
        assert_eq!(words.span(&(48 * 3_600_000)), "2 d");
        assert_eq!(Lang::ZhCn.words().span(&(2 * 3_600_000 + 5 * 60_000)), "2 小时 5 分钟");
    }

    #[test]
    fn a_code_of_tomorrow_is_shown_as_it_is() {
        let words = Lang::ZhCn.words();
        assert_eq!(words.term(Vocabulary::Entry, "arrived"), "到场");
        assert_eq!(words.term(Vocabulary::Entry, "teleported"), "teleported");
        assert_eq!(words.subject("equipment/lift"), "设备设施 / 电梯");
    }

    #[test]
    fn sizes_are_rounded_to_what_a_person_compares() {
        let words = Lang::En.words();
        assert_eq!(words.bytes(&1), "1 kB");
        assert_eq!(words.bytes(&3_260_000), "3.2 MB");
    }
}
