//! Who may write which kind of document.
//!
//! The phone asks before it writes, so that a person hears 'no' at once; the server asks again,
//! because only its answer counts.

use crate::document::DocumentKind;
use crate::error::{ErrorCode, Refusal};
use crate::model::{Command, Role};

/// A refusal for want of a right.
pub type Refused = Refusal;

/// Whether a role may write documents of a kind at an estate where the person has that role.
///
/// A guard never touches contact data, not even to add to it: a masked call goes through the
/// housekeeper. An administrator's role alone opens no case.
pub fn may_write(role: Role, kind: DocumentKind) -> bool {
    match (kind, role) {
        (DocumentKind::Case, Role::Admin) => false,
        (
            DocumentKind::Case,
            Role::Guard
            | Role::Technician
            | Role::Reception
            | Role::Supervisor
            | Role::SiteDirector
            | Role::Manager,
        ) => true,
        (DocumentKind::Contact, Role::Guard | Role::Admin) => false,
        (
            DocumentKind::Contact,
            Role::Technician | Role::Reception | Role::Supervisor | Role::SiteDirector | Role::Manager,
        ) => true,
        (DocumentKind::Site, Role::Guard | Role::Technician | Role::Reception | Role::Supervisor) => false,
        (DocumentKind::Site, Role::SiteDirector | Role::Manager | Role::Admin) => true,
    }
}

/// Whether somebody with these roles at the estate may give the command.
///
/// # Errors
/// [`ErrorCode::CommandNotPermitted`], naming the kind of document that is closed to them;
/// [`ErrorCode::PolicyWrong`], naming every mistake, for a policy that does not read.
pub fn may_give(roles: &[Role], command: &Command) -> Result<(), Refused> {
    for (_, kind) in command.writes() {
        if !roles.iter().any(|&role| may_write(role, kind)) {
            let held: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
            return Err(Refusal::new(
                ErrorCode::CommandNotPermitted,
                format!("{kind:?} documents are not for {} to write", held.join(", ")),
            ));
        }
    }
    super::policy::check_command(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: role. Columns: case, contact, site.
    const TABLE: [(Role, [bool; 3]); 7] = [
        (Role::Guard, [true, false, false]),
        (Role::Technician, [true, true, false]),
        (Role::Reception, [true, true, false]),
        (Role::Supervisor, [true, true, false]),
        (Role::SiteDirector, [true, true, true]),
        (Role::Manager, [true, true, true]),
        (Role::Admin, [false, false, true]),
    ];

    #[test]
    fn each_role_writes_just_what_the_table_says() {
        assert_eq!(TABLE.len(), Role::ALL.len());
        for (role, row) in TABLE {
            for (kind, expected) in DocumentKind::ALL.into_iter().zip(row) {
                assert_eq!(may_write(role, kind), expected, "{role} {kind:?}");
            }
        }
    }
}
