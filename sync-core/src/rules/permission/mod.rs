//! Who may write what.
//!
//! One table ([`may`]) says for every role, path and action whether it is allowed. The phone asks it about a
//! command before it writes ([`may_give`]), so that a person hears 'no' at once; the server asks it about
//! each operation of a change that arrives ([`classify`], [`may_all`]), because only its answer counts.

mod asks;
mod classify;
mod content;
mod path;
mod said;
mod table;

pub use asks::asks;
pub use classify::classify;
pub use path::{Action, CaseField, ContactField, OrderField, Path, SiteField};
pub use said::{Said, said};
pub use table::{may, may_sign_as};

use crate::error::{ErrorCode, Refusal};
use crate::model::{Command, Role};

/// A refusal for want of a right.
pub type Refused = Refusal;

/// Whether somebody with these roles at the estate may give the command.
///
/// # Errors
/// [`ErrorCode::CommandNotPermitted`], naming the roles, what they may not write, and who may.
pub fn may_give(roles: &[Role], command: &Command) -> Result<(), Refused> {
    first_closed(roles, &asks(command))
        .map_or(Ok(()), |why| Err(Refusal::new(ErrorCode::CommandNotPermitted, why)))
}

/// Whether somebody with these roles at the estate may write all of this.
///
/// # Errors
/// [`ErrorCode::RoleNotPermitted`], naming the roles, what they may not write, and who may.
pub fn may_all(roles: &[Role], writes: &[(Path, Action)]) -> Result<(), Refused> {
    first_closed(roles, writes).map_or(Ok(()), |why| Err(Refusal::new(ErrorCode::RoleNotPermitted, why)))
}

/// Why these roles may not, if one of the paths is closed to all of them. Somebody with two roles may do with
/// each what it allows.
fn first_closed(roles: &[Role], writes: &[(Path, Action)]) -> Option<String> {
    let closed = |&&(path, action): &&(Path, Action)| !roles.iter().any(|&role| may(role, path, action));
    let (path, action) = writes.iter().find(closed)?;
    let held = listed(roles, "and").unwrap_or_else(|| "somebody without a role here".to_owned());
    let open = listed(table::roles_for(*path, *action), "or").unwrap_or_else(|| "nobody".to_owned());
    Some(format!("{held} may not {action} {path}; {open} may"))
}

fn listed(roles: &[Role], last: &str) -> Option<String> {
    let (end, start) = roles.split_last()?;
    let start: Vec<_> = start.iter().map(|role| role.as_str()).collect();
    Some(if start.is_empty() { end.to_string() } else { format!("{} {last} {end}", start.join(", ")) })
}

#[cfg(test)]
mod tests;
