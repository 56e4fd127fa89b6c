//! What keeps coming back: the same subject at the same place, with the words that the reports share.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::Scope;
use crate::database::DatabaseError;

/// Fewer cases than this are chance.
const CASES_MIN: usize = 3;
/// Problems told at most.
const PROBLEMS_MAX: usize = 10;
/// Words told of each at most.
const WORDS_MAX: usize = 5;
/// Letters of a description that are looked at.
const TEXT_CHARS: usize = 400;
/// A Latin word shorter than this says little.
const LATIN_CHARS_MIN: usize = 4;

/// Several cases about the same subject at the same place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What they are about.
    pub subject: String,
    /// Where: building and unit, or the spot if there is no building.
    pub place: String,
    /// How many.
    pub cases: usize,
    /// Words that at least half of the reports share, the most frequent first.
    pub words: Vec<String>,
    /// What the last review of one of them said to try.
    pub attempt: Option<String>,
}

/// A line, lift or pipe serves a whole entrance, so the flat does not tell two problems apart.
const RAISED: &str = "
    SELECT coalesce(c.subject, ''),
        CASE WHEN c.building IS NULL THEN coalesce(c.unit || ' · ', '') || coalesce(c.spot, c.room, '')
            ELSE c.building || coalesce(' · ' || c.unit, '') END,
        substr(c.description, 1, 400),
        (SELECT json_extract(r.details, '$.attempt') FROM entries r
            WHERE r.document = c.document AND r.kind = 'reviewed'
            ORDER BY r.happened DESC, r.stamp DESC, r.entry DESC LIMIT 1),
        (SELECT max(r.happened) FROM entries r WHERE r.document = c.document AND r.kind = 'reviewed')
    FROM raised c ORDER BY c.id";

#[derive(Default)]
struct Group {
    cases: usize,
    words: BTreeMap<String, usize>,
    attempt: Option<(i64, String)>,
}

/// The most frequent problems of the period.
pub(super) fn problems(scope: &Scope<'_>) -> Result<Vec<Problem>, DatabaseError> {
    type Raised = (String, String, String, Option<String>, Option<i64>);
    let raised: Vec<Raised> =
        scope.all(RAISED, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
    let mut groups: BTreeMap<(String, String), Group> = BTreeMap::new();
    // A case of which nobody knows the place is like no other.
    for (subject, place, text, attempt, at) in raised.into_iter().filter(|(_, place, ..)| !place.is_empty()) {
        let group = groups.entry((subject, place)).or_default();
        group.cases += 1;
        for word in words(&text) {
            *group.words.entry(word).or_default() += 1;
        }
        group.attempt = group.attempt.take().max(at.zip(attempt));
    }
    let mut found: Vec<Problem> = groups
        .into_iter()
        .filter(|(_, group)| group.cases >= CASES_MIN)
        .map(|((subject, place), group)| Problem {
            subject,
            place,
            cases: group.cases,
            words: shared(group.words, group.cases),
            attempt: group.attempt.map(|(_, attempt)| attempt),
        })
        .collect();
    // The sort is stable, so problems of one size stay in the order of their subject.
    found.sort_by_key(|problem| Reverse(problem.cases));
    found.truncate(PROBLEMS_MAX);
    Ok(found)
}

/// The words of at least half of the cases.
fn shared(words: BTreeMap<String, usize>, cases: usize) -> Vec<String> {
    let mut shared: Vec<_> = words.into_iter().filter(|(_, count)| count * 2 >= cases).collect();
    shared.sort_by_key(|(_, count)| Reverse(*count));
    shared.into_iter().map(|(word, _)| word).take(WORDS_MAX).collect()
}

/// The words of a text, each once: Latin words in small letters, and of Chinese each two neighbouring
/// characters, which is how long most words are.
fn words(text: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let letters: Vec<char> = text.chars().take(TEXT_CHARS).flat_map(char::to_lowercase).collect();
    for run in letters.split(|letter| !letter.is_alphanumeric()) {
        for part in run.chunk_by(|one, other| one.is_ascii() == other.is_ascii()) {
            match part {
                [first, ..] if first.is_ascii() => {
                    if part.len() >= LATIN_CHARS_MIN {
                        words.insert(part.iter().collect());
                    }
                }
                _ => words.extend(part.windows(2).map(|pair| pair.iter().collect::<String>())),
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_latin_words_and_pairs_of_chinese_characters() {
        let told = |text: &str| words(text).into_iter().collect::<Vec<_>>();
        assert_eq!(told("电梯坏了"), ["坏了", "梯坏", "电梯"]);
        assert_eq!(told("Lift LIFT out, up"), ["lift"]);
        assert_eq!(told("B2车库 leak!"), ["leak", "车库"]);
        assert_eq!(told("\u{1F6D7} 水"), Vec::<String>::new());
    }

    #[test]
    fn a_word_is_shared_if_half_of_the_reports_have_it() {
        let counts = [("all", 4), ("half", 2), ("one", 1)].map(|(word, count)| (word.to_owned(), count));
        assert_eq!(shared(counts.into_iter().collect(), 4), ["all", "half"]);
    }
}
