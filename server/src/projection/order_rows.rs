//! Rows of work orders.

use roundsman_sync_core::model::Case;
use roundsman_sync_core::rules::order_status;

use super::Projection;
use crate::database::DatabaseError;

impl Projection<'_> {
    /// Writes the orders of a case as they now stand. Orders are never taken away.
    pub(super) fn order_rows(&self, number: i64, case: &Case) -> Result<(), DatabaseError> {
        let mut put = self.db.prepare_cached(
            "INSERT OR REPLACE INTO orders (document, work_order, department, assignee, kind, liability,
                 party_kind, party, from_at, to_at, rework_of, status)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?;
        for order in &case.orders {
            let party = order.party.shown();
            let window = order.appointment.shown();
            put.execute(rusqlite::params![
                number,
                order.id.as_bytes(),
                order.department.shown().map(|word| word.as_str()),
                order.assignee.shown().map(|person| *person.as_bytes()),
                order.kind.shown().map(|word| word.as_str()),
                order.liability().as_str(),
                party.map(|party| party.kind.as_str()),
                party.map(|party| &party.name),
                window.map(|window| window.from.millis()),
                window.map(|window| window.to.millis()),
                order.rework_of.map(|earlier| *earlier.as_bytes()),
                order_status(case, Some(order.id)).as_str(),
            ])?;
        }
        Ok(())
    }
}
