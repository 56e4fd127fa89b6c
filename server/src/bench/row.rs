//! What a benchmark came to: values, each beside a limit that was measured in the same run.

use serde::{Serialize, Serializer};

/// Which way is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// The ratio may be at most the target.
    Lower,
    /// The ratio must be at least the target.
    Higher,
}

/// One measured figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The stable name of what is measured. Rows of one name differ in `n` or `what`.
    pub id: &'static str,
    /// What exactly was measured, for people.
    pub what: String,
    /// How much of it: documents held, changes, bytes; `what` says.
    pub n: u64,
    /// The figure.
    #[serde(serialize_with = "short")]
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// The best that could be, measured in the same run, in the same unit. `None` for a row that only tells.
    #[serde(serialize_with = "short_if_any")]
    pub limit: Option<f64>,
    /// How the limit was measured.
    pub limit_is: String,
    /// `value / limit`.
    #[serde(serialize_with = "short_if_any")]
    pub ratio: Option<f64>,
    /// What the ratio has to reach. `None` for a row that only tells.
    pub target: Option<f64>,
    /// Which way is good.
    pub better: Better,
    /// Whether the target is reached.
    pub ok: bool,
}

impl Row {
    /// A figure that only tells something, such as what the load generator itself cost.
    pub fn told(id: &'static str, what: impl Into<String>, n: u64, value: f64, unit: &'static str) -> Self {
        Self {
            id,
            what: what.into(),
            n,
            value,
            unit,
            limit: None,
            limit_is: String::new(),
            ratio: None,
            target: None,
            better: Better::Lower,
            ok: true,
        }
    }

    /// The same figure beside its limit: `value / limit` may be at most `target`.
    #[must_use]
    pub fn at_most(self, target: f64, limit: f64, limit_is: impl Into<String>) -> Self {
        self.held(Better::Lower, target, limit, limit_is.into())
    }

    /// The same figure beside its limit: `value / limit` must be at least `target`.
    #[must_use]
    pub fn at_least(self, target: f64, limit: f64, limit_is: impl Into<String>) -> Self {
        self.held(Better::Higher, target, limit, limit_is.into())
    }

    fn held(mut self, better: Better, target: f64, limit: f64, limit_is: String) -> Self {
        let ratio = self.value / limit;
        // A limit of nothing gives no number, and no number reaches no target.
        self.ok = match better {
            Better::Lower => ratio <= target,
            Better::Higher => ratio >= target,
        };
        (self.limit, self.limit_is, self.ratio) = (Some(limit), limit_is, Some(ratio));
        (self.target, self.better) = (Some(target), better);
        self
    }
}

/// Five digits: nobody measures more.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    format!("{value:.4e}").parse().unwrap_or(value)
}

fn short<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(rounded(*value))
}

fn short_if_any<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(rounded).serialize(serializer)
}

/// A figure as people read it.
fn figure(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 || size.fract() == 0.0 => 0,
        size if size >= 1.0 => 2,
        _ => 4,
    };
    format!("{value:.digits$}")
}

/// The rows as a table for people, a line each, with what the limits are below it.
pub fn table(rows: &[Row]) -> String {
    let cells: Vec<[String; 7]> = rows
        .iter()
        .map(|row| {
            let target = row.target.map(|target| match row.better {
                Better::Lower => format!("≤ {}", figure(target)),
                Better::Higher => format!("≥ {}", figure(target)),
            });
            [
                row.id.to_owned(),
                row.n.to_string(),
                format!("{} {}", figure(row.value), row.unit),
                row.limit.map(figure).unwrap_or_default(),
                row.ratio.map(|ratio| format!("{ratio:.3}")).unwrap_or_default(),
                target.unwrap_or_default(),
                if row.target.is_none() {
                    ""
                } else if row.ok {
                    "ok"
                } else {
                    "MISSED"
                }
                .to_owned(),
            ]
        })
        .collect();
    let head = ["id", "n", "value", "limit", "ratio", "target", ""].map(str::to_owned);
    let width = |column: usize| {
        let cells = cells.iter().chain([&head]);
        cells.map(|cells| cells[column].chars().count()).max().unwrap_or(0)
    };
    let widths: [usize; 7] = std::array::from_fn(width);
    let line = |cells: &[String; 7], what: &str| {
        let mut line = String::new();
        for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let padding = " ".repeat(width.saturating_sub(cell.chars().count()));
            // Words to the left, figures to the right.
            line.push_str(&if matches!(column, 0 | 6) {
                format!("{cell}{padding}  ")
            } else {
                format!("{padding}{cell}  ")
            });
        }
        line.push_str(what);
        line.trim_end().to_owned()
    };
    let mut lines = vec![line(&head, "what")];
    lines.extend(cells.iter().zip(rows).map(|(cells, row)| line(cells, &row.what)));
    let mut told = Vec::new();
    for row in rows.iter().filter(|row| !row.limit_is.is_empty()) {
        let limit = format!("limit of {}: {}", row.id, row.limit_is);
        if !told.contains(&limit) {
            told.push(limit);
        }
    }
    if !told.is_empty() {
        lines.push(String::new());
    }
    lines.extend(told);
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    fn row(value: f64) -> Row {
        Row::told("a.b", "something", 10, value, "bytes")
    }

    #[test]
    fn a_row_is_ok_when_its_ratio_reaches_the_target() {
        let cases = [
            (row(105.0).at_most(1.05, 100.0, "x"), true),
            (row(106.0).at_most(1.05, 100.0, "x"), false),
            (row(50.0).at_least(0.5, 100.0, "x"), true),
            (row(49.0).at_least(0.5, 100.0, "x"), false),
            (row(0.0).at_most(1.0, 0.0, "nothing to measure against"), false),
            (row(0.0).at_least(1.0, 0.0, "nothing to measure against"), false),
            (row(7.0), true),
        ];
        for (row, ok) in cases {
            assert_eq!(row.ok, ok, "{row:?}");
        }
    }

    #[test]
    fn programs_get_every_field_of_a_row() {
        let row = row(105.123_456).at_most(1.05, 100.0, "bytes of a stream");
        let json: serde_json::Value = serde_json::to_value(&row).unwrap();
        let fields =
            ["id", "what", "n", "value", "unit", "limit", "limit_is", "ratio", "target", "better", "ok"];
        let mut named: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        named.sort_unstable();
        let mut wanted = fields;
        wanted.sort_unstable();
        assert_eq!(named, wanted);
        assert_eq!(json["value"], 105.12);
        assert_eq!((json["better"].as_str(), json["ok"].as_bool()), (Some("lower"), Some(false)));
    }

    #[test]
    fn the_table_marks_what_was_missed() {
        let text =
            table(&[row(50.0).at_most(1.0, 100.0, "a stream"), row(200.0).at_most(1.0, 100.0, "a stream")]);
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[1].contains("0.500") && lines[1].contains("ok"), "{text}");
        assert!(lines[2].contains("2.000") && lines[2].contains("MISSED"), "{text}");
        assert_eq!(lines[4..], ["limit of a.b: a stream"]);
    }
}
