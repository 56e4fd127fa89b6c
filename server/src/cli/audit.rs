//! `roundsman audit`

use clap::Args;
use serde_json::json;

use super::Context;
use super::failure::Failure;
use super::output::Report;
use crate::audit;

/// Show who did what in the office, the newest first
#[derive(Args)]
#[command(after_help = "Example:
  roundsman audit --limit 200 --json")]
pub(super) struct Audit {
    /// How many lines
    #[arg(long, default_value_t = 50, value_name = "COUNT")]
    limit: u16,
    /// Go on below the line of this number
    #[arg(long, value_name = "NUMBER")]
    after: Option<i64>,
}

impl Audit {
    pub(super) fn run(self, context: &Context) -> Result<Report, Failure> {
        let lines = audit::lines(&context.reader()?, None, self.after, self.limit)?;
        let (mut text, mut entries) = (Vec::new(), Vec::new());
        for line in lines {
            let person = line.origin.person.map(|person| person.to_string());
            let key = line.origin.key.map(|key| key.to_string());
            // Nothing that is asked over HTTP comes without a request id.
            let nobody = if line.origin.request.is_empty() { "terminal" } else { "nobody" };
            let who = person.as_deref().unwrap_or(nobody);
            let address = line.origin.address.as_deref().unwrap_or("-");
            text.push(format!(
                "{}  {}  {who}  {address}  {}  {}",
                line.id, line.at, line.action, line.subject
            ));
            entries.push(json!({
                "id": line.id,
                "at": line.at.to_string(),
                "person": person,
                "key": key,
                "address": line.origin.address,
                "request_id": line.origin.request,
                "action": line.action,
                "subject": line.subject,
            }));
        }
        if text.is_empty() {
            text.push("nothing yet".to_owned());
        }
        Ok(Report::new(json!({ "entries": entries }), text.join("\n")))
    }
}
