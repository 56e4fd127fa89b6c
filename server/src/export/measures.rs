//! Measures for spreadsheets.

use std::io::Write;

use super::ExportError;
use super::text::write_cells;
use crate::projection::queries::measures::{Denominator, Figure, Measures, Period};

/// The columns of the CSV form. New ones go to the end: people's formulas count columns.
const COLUMNS: [&str; 12] = [
    "site",
    "from",
    "to",
    "figure",
    "title_zh",
    "title_en",
    "value",
    "unit",
    "numerator",
    "denominator",
    "target",
    "target_met",
];

/// Writes a row for each figure of each estate, then for all of them together if they are several.
///
/// # Errors
/// [`ExportError::Write`] if the stream fails.
pub fn write_csv(measures: &Measures, period: &Period, out: &mut dyn Write) -> Result<(), ExportError> {
    let mut csv = write_cells(out, COLUMNS)?;
    let sites = measures.sites.iter().map(|site| (site.name.as_str(), &site.figures));
    // An estate cannot have an empty name.
    let together = measures.together.iter().map(|figures| ("", figures));
    for (site, figures) in sites.chain(together) {
        for figure in figures {
            csv.row(cells(site, period, figure))?;
        }
    }
    csv.finish()
}

fn cells(site: &str, period: &Period, figure: &Figure) -> [String; 12] {
    let definition = figure.definition;
    let absent_is_empty = |value: Option<String>| value.unwrap_or_default();
    [
        site.to_owned(),
        period.first().to_string(),
        period.end().to_string(),
        definition.name.to_owned(),
        definition.zh.to_owned(),
        definition.en.to_owned(),
        absent_is_empty(figure.value().ok().map(|value| value.to_string())),
        definition.unit.as_str().to_owned(),
        figure.numerator.to_string(),
        match figure.denominator {
            Denominator::Of(count) => count.to_string(),
            Denominator::None | Denominator::Unknown => String::new(),
        },
        absent_is_empty(definition.target.map(|target| target.to_string())),
        absent_is_empty(figure.meets_target().map(|met| met.to_string())),
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use roundsman_sync_core::clock::Timestamp;
    use roundsman_sync_core::ids::SiteId;

    use super::*;
    use crate::export::figures::as_json;
    use crate::projection::queries::measures::{ALL, SiteMeasures};

    fn measures(name: &str, denominator: Denominator) -> Measures {
        let figure = |definition| Figure { definition, numerator: 3, denominator };
        let at = Timestamp::from_millis(0);
        let site = SiteMeasures {
            site: SiteId::from_bytes([1; 16]),
            name: name.to_owned(),
            from: at,
            to: at,
            figures: ALL.into_iter().map(figure).collect(),
            parties: Vec::new(),
            problems: Vec::new(),
        };
        Measures { sites: vec![site], together: None }
    }

    fn csv(measures: &Measures) -> String {
        let mut out = Vec::new();
        write_csv(measures, &"2026-10".parse().unwrap(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_name_that_starts_a_formula_is_made_harmless_in_csv() {
        let text = csv(&measures("=HYPERLINK(\"http://evil\")", Denominator::Of(4)));
        assert!(text.lines().skip(1).all(|line| line.starts_with("\"'=HYPERLINK")), "{text}");
        assert_eq!(text.lines().count(), 1 + ALL.len());
    }

    #[test]
    fn a_figure_without_a_denominator_is_an_empty_cell_and_null_and_says_why() {
        let empty = measures("Garden", Denominator::Of(0));
        let row = csv(&empty).lines().find(|line| line.contains("satisfied,")).unwrap().to_owned();
        assert_eq!(row, "Garden,2026-10-01,2026-11-01,satisfied,满意率,Satisfied,,percent,3,0,≥ 85 %,");
        let json = as_json(&empty, &"2026-10".parse().unwrap());
        let figures = json["sites"][0]["figures"].as_array().unwrap();
        assert!(figures.iter().all(|figure| figure["value"].is_null()));
        assert_eq!(figures[0]["absent"], "nothing to measure");
        let unknown = as_json(&measures("Garden", Denominator::Unknown), &"2026-10".parse().unwrap());
        assert_eq!(unknown["sites"][0]["figures"][0]["absent"], "not known");
    }
}
