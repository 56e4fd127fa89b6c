//! Who may change who works where, let somebody in, and shut a phone out. At the terminal nobody is asked.

use roundsman_sync_core::ids::SiteId;

/// What an administrator does about somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Giving or taking a role at an estate, also the first one of somebody new.
    Role(SiteId),
    /// What lets the asker act as that person: a login or a code for a phone, of which the asker hears first.
    ActAs,
    /// Shutting one of their phones out, letting it go on, having it compare what it holds.
    Phone,
}

/// Whom it is done to.
#[derive(Clone, Copy, Debug)]
pub struct Whom<'a> {
    /// The person that stands for the terminal. It is nobody's colleague.
    pub is_terminal: bool,
    /// The estates at which they hold any role.
    pub works_at: &'a [SiteId],
}

/// Whether somebody who administers these estates may do this.
pub fn may(administers: &[SiteId], whom: Whom<'_>, deed: Deed) -> bool {
    let own = |site: &SiteId| administers.contains(site);
    if whom.is_terminal {
        return false;
    }
    match deed {
        Deed::Role(site) => own(&site),
        // All of them: else the administrator of one estate could become the manager of another. And at least one:
        // of somebody who works nowhere nobody can say whose they are.
        Deed::ActAs => !whom.works_at.is_empty() && whom.works_at.iter().all(own),
        Deed::Phone => whom.works_at.iter().any(own),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: SiteId = SiteId::from_bytes([1; 16]);
    const THERE: SiteId = SiteId::from_bytes([2; 16]);

    #[test]
    fn an_administrator_decides_about_their_own_estates_and_becomes_nobody_of_another() {
        let (none, here, both): (&[SiteId], &[SiteId], &[SiteId]) = (&[], &[HERE], &[HERE, THERE]);
        // Whoever administers these, about somebody who works at those: a role here, a role there, acting as them,
        // their phone.
        let table = [
            (none, none, [false, false, false, false]),
            (none, here, [false, false, false, false]),
            (none, both, [false, false, false, false]),
            (here, none, [true, false, false, false]),
            (here, here, [true, false, true, true]),
            (here, both, [true, false, false, true]),
            (both, none, [true, true, false, false]),
            (both, here, [true, true, true, true]),
            (both, both, [true, true, true, true]),
            (&[THERE], here, [false, true, false, false]),
        ];
        let deeds = [Deed::Role(HERE), Deed::Role(THERE), Deed::ActAs, Deed::Phone];
        for (administers, works_at, expected) in table {
            for (deed, expected) in deeds.into_iter().zip(expected) {
                let whom = Whom { is_terminal: false, works_at };
                assert_eq!(may(administers, whom, deed), expected, "{administers:?} {works_at:?} {deed:?}");
                assert!(!may(administers, Whom { is_terminal: true, works_at }, deed), "{deed:?}");
            }
        }
    }
}
